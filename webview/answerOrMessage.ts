import { RequestFailure } from '../src/protocol/channel';

/** What the host answers, or the message of its failure, to be shown in the answer's place. Rejects with anything else. */
export async function answerOrMessage<Answer>(answer: Promise<Answer>): Promise<Answer | { readonly message: string }> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RequestFailure) {
      return { message: error.message };
    }
    throw error;
  }
}

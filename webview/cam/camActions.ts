import type { RequestName, RequestParams } from '../../src/protocol/messages';
import type { App, Choices } from '../app';
import type { CamChoices } from './camChoices';
import type { Explainer } from './explainer';
import { readCamChoices } from './scene';

/** What the user can do in the CAM view; templates call these and know neither channel nor store. */
export interface CamActions {
  readonly pickImages: () => void;
  readonly addImages: (uris: readonly string[]) => void;
  readonly selectImage: (imageId: string) => void;
  readonly removeImage: (imageId: string) => void;
  readonly retry: (imageId: string) => void;
  readonly cancel: () => void;
  readonly choose: (change: Partial<Choices>) => void;
  readonly chooseCam: (change: Partial<CamChoices>) => void;
  readonly editSettings: () => void;
  readonly showLog: () => void;
}

/** `report` tells the user what could not be done. */
export function createCamActions(app: App, explainer: Explainer, report: (message: string) => void): CamActions {
  async function ask<Name extends RequestName>(name: Name, params: RequestParams<Name>): Promise<void> {
    try {
      await app.channel.request(name, params);
    } catch (error: unknown) {
      report(error instanceof Error ? error.message : String(error));
    }
  }
  return {
    pickImages: () => void ask('pickImages', {}),
    addImages: (uris) => void ask('addImages', { uris }),
    selectImage: (imageId) => app.choose({ selectedImage: imageId }),
    removeImage(imageId) {
      const { images } = app.state;
      const place = images.findIndex(({ id }) => id === imageId);
      const left = images.filter(({ id }) => id !== imageId);
      const imageStates = new Map(app.state.imageStates);
      imageStates.delete(imageId);
      app.update({ images: left, imageStates });
      app.choose({ selectedImage: left[Math.min(place, left.length - 1)]?.id ?? null });
    },
    retry: (imageId) => explainer.retry(imageId),
    cancel: () => explainer.cancel(),
    choose: (change) => app.choose(change),
    chooseCam: (change) => app.choose({ cam: { ...readCamChoices(app.state), ...change } }),
    editSettings: () => void ask('editSettings', {}),
    showLog: () => void ask('showLog', {}),
  };
}

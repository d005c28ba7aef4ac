import { toMessage } from '../../src/protocol/errorMessage';
import type { RequestName, RequestParams, RequestResult } from '../../src/protocol/messages';
import type { App, Choices } from '../app';
import { removeImage } from '../removeImage';
import { toFailure } from './explainer';
import { readClassChoices } from './explainedTarget';
import { readCamChoices } from './camChoices';
import type { CamChoices } from './camChoices';
import type { Explainer } from './explainer';
import type { LayerMaps } from './layerMaps';
import type { MapRequest } from './mapRequest';

/** What the user can do in the CAM view; templates call these and know neither channel nor store. */
export interface CamActions {
  readonly pickImages: () => void;
  readonly explainFolder: () => void;
  readonly addImages: (uris: readonly string[]) => void;
  readonly selectImage: (imageId: string) => void;
  readonly removeImage: (imageId: string) => void;
  readonly retry: (imageId: string) => void;
  readonly cancel: () => void;
  readonly cancelMaps: (requests: readonly MapRequest[]) => void;
  readonly retryMaps: (requests: readonly MapRequest[]) => void;
  readonly askForMaps: (requests: readonly MapRequest[]) => void;
  readonly choose: (change: Partial<Choices>) => void;
  /** A function is given the choices as they are: what is drawn may be a frame behind them. */
  readonly chooseCam: (change: Partial<CamChoices> | ((current: CamChoices) => Partial<CamChoices>)) => void;
  /** Asks for the file of a mask; not called back when the user thinks better of it. */
  readonly pickMask: (onPicked: (file: string) => void) => void;
  /** Explains what the text says; tells what is wrong with it, or null. */
  readonly writeTarget: (text: string, tell: (message: string | null) => void) => void;
  readonly editSettings: () => void;
  readonly showLog: () => void;
}

/** `report` tells the user what could not be done. */
export function createCamActions(
  app: App,
  explainer: Explainer,
  layerMaps: LayerMaps,
  report: (message: string) => void,
): CamActions {
  async function ask<Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
  ): Promise<RequestResult<Name> | null> {
    try {
      return await app.channel.request(name, params);
    } catch (error: unknown) {
      report(toMessage(error));
      return null;
    }
  }
  async function addImages(uris: readonly string[]): Promise<void> {
    const { refused = [] } = (await ask('addImages', { uris })) ?? {};
    report(refused.length === 0 ? '' : describeRefused(refused));
  }
  const chooseCam: CamActions['chooseCam'] = (change) => {
    const current = readCamChoices(app.state);
    app.choose({ cam: { ...current, ...(typeof change === 'function' ? change(current) : change) } });
  };
  async function pickMask(onPicked: (file: string) => void): Promise<void> {
    const { path = null } = (await ask('pickMask', {})) ?? {};
    if (path !== null) {
      onPicked(path);
    }
  }
  async function writeTarget(text: string, tell: (message: string | null) => void): Promise<void> {
    const classes = readClassChoices(app.state);
    try {
      const target = await app.channel.request('readTarget', { text });
      tell(target.kind === 'class' ? (classes?.targets.usual?.reason ?? null) : null);
      if (target.kind !== 'class') {
        chooseCam({ target });
      } else {
        const { classIndex, contrastClass } = target;
        app.choose({ selectedClass: classIndex, cam: { ...readCamChoices(app.state), target: null, contrastClass } });
      }
    } catch (error: unknown) {
      tell(toFailure(error).message);
      app.update({});
    }
  }
  return {
    pickImages: () => void ask('pickImages', {}),
    explainFolder: () => void ask('chooseGallery', {}),
    addImages: (uris) => void addImages(uris),
    selectImage: (imageId) => app.choose({ selectedImage: imageId }),
    removeImage(imageId) {
      const { choices, ...change } = removeImage(app.state, imageId);
      app.update(change);
      if (choices !== undefined) {
        app.choose(choices);
      }
      app.channel.send({ type: 'imageRemoved', imageId });
    },
    retry: (imageId) => explainer.retry(imageId),
    cancel: () => explainer.cancel(),
    cancelMaps: (requests) => layerMaps.cancel(requests),
    retryMaps: (requests) => layerMaps.retry(requests),
    askForMaps: (requests) => layerMaps.ask(requests),
    choose: (change) => app.choose(change),
    chooseCam,
    pickMask: (onPicked) => void pickMask(onPicked),
    writeTarget: (text, tell) => void writeTarget(text, tell),
    editSettings: () => void ask('editSettings', {}),
    showLog: () => void ask('showLog', {}),
  };
}

function describeRefused(names: readonly string[]): string {
  const [first, ...others] = names;
  const which = others.length === 0 ? `${first} is not an image` : `${names.join(', ')} are not images`;
  return `${which}: drop PNG, JPEG, WebP, GIF, TIFF or AVIF files, or .npy input tensors.`;
}

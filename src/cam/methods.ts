import { UserError } from '../userError';
import { ablationCam } from './ablationCam';
import { attentionRollout } from './attentionRollout';
import type { CamMethod } from './camMethod';
import { classActivationMap } from './classActivationMap';
import { eigenCam } from './eigenCam';
import { eigenGradCam } from './eigenGradCam';
import { elementWiseCam } from './elementWiseCam';
import { fullGrad } from './fullGrad';
import { gradCam } from './gradCam';
import { gradCamPlusPlus } from './gradCamPlusPlus';
import { gradientTimesInput } from './gradientTimesInput';
import { hiResCam } from './hiResCam';
import { integratedGradients } from './integratedGradients';
import { layerCam } from './layerCam';
import { occlusion } from './occlusion';
import { rise } from './rise';
import { scoreCam } from './scoreCam';
import { smoothGrad } from './smoothGrad';
import { xGradCam } from './xGradCam';

/** The exact one first: it is what is used unless another one is asked for. */
export const CAM_METHODS = [
  classActivationMap,
  gradCam,
  gradCamPlusPlus,
  xGradCam,
  hiResCam,
  layerCam,
  elementWiseCam,
  eigenCam,
  eigenGradCam,
  ablationCam,
  scoreCam,
  gradientTimesInput,
  integratedGradients,
  smoothGrad,
  fullGrad,
  occlusion,
  rise,
  attentionRollout,
] as const satisfies readonly CamMethod[];

/** @throws UserError `badArgument` that lists the methods there are. */
export function findMethod(id: string): CamMethod {
  const method = CAM_METHODS.find((candidate) => candidate.id === id);
  if (method === undefined) {
    const known = CAM_METHODS.map((candidate) => candidate.id).join(', ');
    throw new UserError('badArgument', `There is no method "${id}". The methods are: ${known}.`);
  }
  return method;
}

/** How an image becomes the input tensor. The same object is the `preprocessing` of `MODEL.headlight.json`. */
export interface Preprocessing {
  /** Model input size in pixels. */
  readonly height: number;
  readonly width: number;
  /**
   * stretch: resize to height×width, aspect ratio lost.
   * shorterSide: resize the shorter side to round(min(height, width)/cropFraction), then crop the centre (torchvision).
   * centerCrop: crop the central square of int(cropFraction·min(w, h)), then resize (TensorFlow, EfficientNet).
   * letterbox: fit inside height×width, pad with padValue.
   */
  readonly fit: 'stretch' | 'shorterSide' | 'centerCrop' | 'letterbox';
  /** Share of the image that is kept, (0, 1]; 0.875 = 224/256. */
  readonly cropFraction: number;
  /** Grey level for letterbox padding, 0…255. */
  readonly padValue: number;
  /** PIL filters are antialiased when shrinking; opencv ones are not. */
  readonly interpolation:
    | 'pil-nearest'
    | 'pil-bilinear'
    | 'pil-bicubic'
    | 'pil-lanczos'
    | 'opencv-nearest'
    | 'opencv-bilinear'
    | 'opencv-bicubic'
    | 'opencv-area';
  readonly layout: 'NCHW' | 'NHWC';
  readonly channelOrder: 'RGB' | 'BGR' | 'grey';
  /** value = (pixel·scale − mean[c]) / std[c] with pixel in 0…255, c in the model's channel order. */
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Whether the EXIF orientation is applied before anything else. */
  readonly applyOrientation: boolean;
}

export type PreprocessingPreset = 'imagenet-torch' | 'tensorflow' | 'zero-to-one' | 'zero-to-255' | 'caffe-bgr';

/** Where a setting was found, shown to the user. */
export type SettingSource = 'sidecar' | 'settings' | 'metadata' | 'graph' | 'builtin' | 'chosen' | 'default';

"""Images as an explained model wants them, by what `headlight explain` wrote into its metadata.

Follows docs/explained-model.md: value = (pixel * scale - mean[c]) / std[c], pixel in 0..255, c in the model's own
channel order. Resizes with Pillow, so settings that ask for OpenCV's filters are refused instead of approximated.
"""

import json

import numpy as np
from PIL import Image, ImageOps

FILTERS = {
    "pil-nearest": Image.Resampling.NEAREST,
    "pil-bilinear": Image.Resampling.BILINEAR,
    "pil-bicubic": Image.Resampling.BICUBIC,
    "pil-lanczos": Image.Resampling.LANCZOS,
}


def read_metadata(session):
    """Preprocessing, labels (or None) and description of the maps of an onnxruntime.InferenceSession."""
    entries = session.get_modelmeta().custom_metadata_map
    if "headlight.explanation" not in entries or "headlight.preprocessing" not in entries:
        raise ValueError("This model has no maps, or does not say how images are read: make it with `headlight explain`.")
    labels = entries.get("headlight.labels")
    return (
        json.loads(entries["headlight.preprocessing"]),
        None if labels is None else json.loads(labels),
        json.loads(entries["headlight.explanation"]),
    )


def prepare(image, settings):
    """One PIL image as float32 [C, H, W] or [H, W, C]."""
    if settings["interpolation"] not in FILTERS:
        raise ValueError(f"{settings['interpolation']} is not one of Pillow's filters: {', '.join(FILTERS)}.")
    if settings["applyOrientation"]:
        image = ImageOps.exif_transpose(image)
    # Alpha is dropped, not composited.
    image = image.convert("RGBA").convert("RGB") if image.mode in ("P", "RGBA", "LA") else image.convert("RGB")
    if settings["channelOrder"] == "grey":
        image = image.convert("L")
    pixels = np.asarray(fit(image, settings), dtype=np.float64)
    pixels = pixels[:, :, None] if pixels.ndim == 2 else pixels
    if settings["channelOrder"] == "BGR":
        pixels = pixels[:, :, ::-1]
    values = (pixels * settings["scale"] - np.array(settings["mean"])) / np.array(settings["std"])
    values = values.astype(np.float32)
    return values if settings["layout"] == "NHWC" else np.ascontiguousarray(values.transpose(2, 0, 1))


def fit(image, settings):
    """The image at the size of the model's input."""
    width, height = settings["width"], settings["height"]
    resampling = FILTERS[settings["interpolation"]]
    if settings["fit"] == "stretch":
        return image.resize((width, height), resampling)
    if settings["fit"] == "centerCrop":
        side = max(1, int(settings["cropFraction"] * min(image.size)))
        left, top = ((each - side + 1) // 2 for each in image.size)
        return image.crop((left, top, left + side, top + side)).resize((width, height), resampling)
    if settings["fit"] == "shorterSide":
        shorter = int(min(width, height) / settings["cropFraction"] + 0.5)
        size = [int(shorter * each / min(image.size)) for each in image.size]
        size[0 if image.width <= image.height else 1] = shorter
        image = image.resize(size, resampling)
        left, top = round((size[0] - width) / 2), round((size[1] - height) / 2)
        return image.crop((left, top, left + width, top + height))
    # letterbox
    factor = min(width / image.width, height / image.height)
    size = [max(1, round(each * factor)) for each in image.size]
    grey = settings["padValue"]
    whole = Image.new(image.mode, (width, height), grey if image.mode == "L" else (grey,) * 3)
    corner = tuple(round((all_ - part) / 2 - 0.1) for all_, part in zip((width, height), size))
    whole.paste(image.resize(size, resampling), corner)
    return whole

"""Checks the Ray example against Headlight; run by run.mjs.

prepare MODEL IMAGES TENSORS         writes what the example feeds, one .npy per image
check MODEL IMAGES TENSORS OWN MAPS PARQUET   compares: preprocessing with Headlight's own, maps and logits with the
                                     command line's on the same tensors
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pyarrow.parquet
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2] / "examples/ray"))
from preprocessing import prepare, read_metadata  # noqa: E402


def read_settings(model):
    return read_metadata(onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]))[0]


def write_tensors(model, images, tensors):
    settings = read_settings(model)
    for image in sorted(Path(images).iterdir()):
        np.save(Path(tensors) / f"{image.stem}.npy", prepare(Image.open(image), settings)[None])


def check(model, images, tensors, own, maps, parquet):
    settings = read_settings(model)
    step = settings["scale"] / min(settings["std"])
    table = pyarrow.parquet.read_table(parquet).to_pylist()
    document = json.loads((Path(maps) / "cam.json").read_text())
    expected = {Path(each["image"]).stem: each for each in document["images"]}
    rows = {Path(row["path"]).stem: row for row in table}
    assert set(rows) == set(expected) == {image.stem for image in Path(images).iterdir()}, "every image once"
    for stem, row in sorted(rows.items()):
        levels = np.abs(np.load(Path(tensors) / f"{stem}.npy") - np.load(Path(own) / f"{stem}.npy")).max() / step
        assert levels <= 1.001, f"{stem}: {levels} grey levels from Headlight's own preprocessing"
        found = np.array(row["maps"], np.float32).reshape(row["map_count"], row["height"], row["width"])
        wanted = [each["class"] for each in expected[stem]["maps"]]
        assert row["classes"] == wanted, f"{stem}: classes {row['classes']}, wanted {wanted}"
        worst = 0
        for position, each in enumerate(expected[stem]["maps"]):
            reference = np.load(each["file"])
            worst = max(worst, np.abs(found[position] - reference).max() / np.abs(reference).max())
            assert abs(row["logits"][position] - each["value"]) <= 1e-4 * max(1, abs(each["value"]))
        assert worst <= 1e-4, f"{stem}: maps differ by {worst} of the largest value"
        print(f"{stem}: {len(wanted)} maps equal within {worst:.1e}, input within {levels:.2f} grey levels")


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    {"prepare": write_tensors, "check": check}[command](*arguments)

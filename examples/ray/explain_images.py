"""Class activation maps of many images on a Ray cluster: images in, Parquet out.

    headlight explain model.onnx --classes top5 --out explained.onnx
    python explain_images.py explained.onnx /data/images /data/maps --workers 4

The model is put into Ray's object store once; each worker makes one session of it. See docs/cluster.md.
"""

import argparse
import io
import os

import numpy as np
import onnxruntime
import ray
from PIL import Image

from preprocessing import prepare, read_metadata

EXTENSIONS = ["jpg", "jpeg", "png", "webp", "tif", "tiff"]


class Explainer:
    """Runs the explained model on batches of files; one per worker, for as long as the worker lives."""

    def __init__(self, model, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.settings, self.labels, explanation = read_metadata(self.session)
        self.names = {part: name for part, name in explanation["outputs"].items() if name is not None}
        [self.input] = [each.name for each in self.session.get_inputs()]

    def __call__(self, batch):
        images = [prepare(Image.open(io.BytesIO(content)), self.settings) for content in batch["bytes"]]
        values = self.session.run(list(self.names.values()), {self.input: np.stack(images)})
        results = dict(zip(self.names, values))
        maps = results["maps"]
        rows = {
            "path": batch["path"],
            # Raw, signed, in the unit that headlight.explanation names; row-major, one map after the other.
            "maps": [each.ravel() for each in maps],
            "map_count": np.full(len(images), maps.shape[1]),
            "height": np.full(len(images), maps.shape[2]),
            "width": np.full(len(images), maps.shape[3]),
        }
        if "classes" in results:
            rows["classes"] = list(results["classes"])
            if self.labels is not None:
                rows["label"] = [self.labels[each[0]] for each in results["classes"]]
        if "logits" in results and "classes" in results:
            rows["logits"] = list(np.take_along_axis(results["logits"], results["classes"], axis=1))
        if "bias" in results:
            rows["bias"] = list(results["bias"])
        return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="from `headlight explain`, with a free batch and embedded weights")
    parser.add_argument("images", help="a folder, also s3:// or gs://")
    parser.add_argument("out", help="a folder for Parquet files, also s3:// or gs://")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="cores for each worker")
    parser.add_argument("--batch", type=int, default=16)
    options = parser.parse_args()

    with open(options.model, "rb") as file:
        model = file.read()
    # The example's own modules travel with the job.
    ray.init(runtime_env={"working_dir": os.path.dirname(os.path.abspath(__file__))})
    images = ray.data.read_binary_files(options.images, include_paths=True, file_extensions=EXTENSIONS)
    explained = images.map_batches(
        Explainer,
        fn_constructor_args=(model, options.threads),
        batch_size=options.batch,
        compute=ray.data.ActorPoolStrategy(size=options.workers),
        num_cpus=options.threads,
    )
    explained.write_parquet(options.out)


if __name__ == "__main__":
    main()

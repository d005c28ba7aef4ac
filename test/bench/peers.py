"""pytorch-grad-cam's side of the benchmark of maps: one image, one method for each line on standard input.

    python3 peers.py MODEL.onnx INPUT.npy CLASS THREADS

The network is made of the ONNX file's own nodes and weights; only the operators of EfficientNet-Lite0 are known. Each
convolution is followed by batch normalisation, as in the network that the file was exported from and as PyTorch users
explain it; "folded" beside a method takes the convolutions with their bias instead, as the export wrote them. The map
is drawn at the last activation before pooling.
"""

import io
import json
import os
import sys
import time
import types
from contextlib import redirect_stderr

model_file, input_file, class_index, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(threads)

import cv2  # noqa: E402
import numpy as np  # noqa: E402
import onnx  # noqa: E402
import torch  # noqa: E402
from onnx import numpy_helper  # noqa: E402
from torch import nn  # noqa: E402


def import_torchvision():
    """pytorch-grad-cam imports it for targets and pictures that are not used here: stand-ins where it is not usable."""
    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError):
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        names = {"": [], ".transforms": ["Compose", "Normalize", "ToTensor"], ".transforms.functional": ["resize"]}
        for name, members in names.items():
            module = types.ModuleType(f"torchvision{name}")
            for member in members:
                setattr(module, member, None)
            sys.modules[module.__name__] = module


import_torchvision()
import pytorch_grad_cam as cams  # noqa: E402
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget  # noqa: E402

METHODS = {
    "gradcam": cams.GradCAM,
    "gradcam++": cams.GradCAMPlusPlus,
    "eigencam": cams.EigenCAM,
    "layercam": cams.LayerCAM,
    "hirescam": cams.HiResCAM,
    "ablationcam": cams.AblationCAM,
    "scorecam": cams.ScoreCAM,
}


class Mean(nn.Module):
    def forward(self, value):
        return value.mean((2, 3))


class Network(nn.Module):
    """The nodes of the file in their order."""

    def __init__(self, graph, is_folded):
        super().__init__()
        tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        self.steps = [(node.op_type, list(node.input), node.output[0]) for node in graph.node]
        self.input, self.output = graph.input[0].name, graph.output[0].name
        made = [to_module(node, tensors, is_folded) for node in graph.node]
        self.layers = nn.ModuleDict({f"at{at}": module for at, module in enumerate(made) if module is not None})

    def forward(self, image):
        values = {self.input: image}
        for at, (operator, inputs, output) in enumerate(self.steps):
            layer = self.layers[f"at{at}"] if f"at{at}" in self.layers else None
            first = values[inputs[0]]
            values[output] = first + values[inputs[1]] if layer is None else layer(first)
        return values[self.output]


def to_module(node, tensors, is_folded):
    attributes = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
    if node.op_type == "Add":
        return None
    if node.op_type == "Conv":
        weight, bias = (torch.from_numpy(tensors[name].copy()) for name in node.input[1:3])
        top, left, bottom, right = attributes["pads"]
        even = (top, left) == (bottom, right)
        groups, size = attributes["group"], weight.shape[2:]
        conv = nn.Conv2d(
            weight.shape[1] * groups,
            weight.shape[0],
            size,
            attributes["strides"],
            padding=(top, left) if even else 0,
            dilation=attributes["dilations"],
            groups=groups,
            bias=is_folded,
        )
        conv.load_state_dict({"weight": weight, "bias": bias} if is_folded else {"weight": weight})
        pad = [] if even else [nn.ZeroPad2d((left, right, top, bottom))]
        return nn.Sequential(*pad, conv, *([] if is_folded else [to_normalization(bias)]))
    if node.op_type == "Clip":
        return nn.Hardtanh(*(float(tensors[name]) for name in node.input[1:3]))
    if node.op_type == "ReduceMean":
        return Mean()
    if node.op_type == "Reshape":
        return nn.Flatten()
    if node.op_type == "Gemm":
        weight, bias = (torch.from_numpy(tensors[name].copy()) for name in node.input[1:3])
        linear = nn.Linear(weight.shape[1], weight.shape[0])
        linear.load_state_dict({"weight": weight, "bias": bias})
        return linear
    raise NotImplementedError(node.op_type)


def to_normalization(bias):
    """y = x + bias."""
    layer = nn.BatchNorm2d(len(bias), eps=0)
    layer.bias = nn.Parameter(bias)
    return layer


torch.set_num_threads(threads)
cv2.setNumThreads(threads)
graph = onnx.load(model_file).graph
networks = {is_folded: Network(graph, is_folded).eval() for is_folded in (False, True)}
image = torch.from_numpy(np.load(input_file))
last = max(at for at, (operator, *_) in enumerate(networks[True].steps) if operator == "Clip")
targets = [ClassifierOutputTarget(class_index)]
with torch.no_grad():
    logits = [network(image)[0].tolist() for network in networks.values()]
from importlib.metadata import version  # noqa: E402

print(json.dumps({"version": version("grad-cam"), "torch": torch.__version__, "logits": logits}), flush=True)
for line in sys.stdin:
    method, *folded = line.split()
    network = networks[folded == ["folded"]]
    started = time.perf_counter()
    if method == "forward":
        with torch.no_grad():
            network(image)
        elapsed = time.perf_counter() - started
    else:
        # Made outside the time that counts, as ours is loaded outside of it.
        with METHODS[method](model=network, target_layers=[network.layers[f"at{last}"]]) as cam:
            with redirect_stderr(io.StringIO()):
                started = time.perf_counter()
                cam(input_tensor=image, targets=targets)
                elapsed = time.perf_counter() - started
    print(json.dumps({"elapsedMs": elapsed * 1e3}), flush=True)

export const HELP = `headlight: inspect, compare and differentiate ONNX models and draw exact class activation maps

Usage
  headlight inspect MODEL [options]
  headlight compare MODEL OTHER [options]
  headlight cam MODEL IMAGE… [options]
  headlight gradient MODEL --output NAME --class INDEX --wrt TENSOR [options]

Options of inspect
  --input NAME=1,3,224,224   bind the free dimensions of an input (repeatable)
  --measure                  run the model on random input: time per layer, shapes that only a run tells

Options of compare
  --weights           read the weights too, and say which are equal (SHA-256)

Options of cam
  --class WHICH       class index, label, top1 or top5 (default top1; repeatable)
  --method NAME       cam (default): the exact map, which adds up to the logit. It needs an exact head; these do not:
                      gradcam, gradcam++, xgradcam, hirescam, layercam, elementwise, eigencam, eigengradcam,
                      ablationcam (closed form, at the feature map of an affine head)
  --layer TENSOR      any tensor with rows and columns between image and logits (cam: the head's feature map only);
                      default: that feature map, else the last one; a wrong name lists the last of each stage
  --contrast CLASS    maps of the difference to this class's logit (index or label)
  --preprocess FILE   how images are read: JSON as in MODEL.headlight.json
  --labels FILE       names of the classes: one per line, or JSON
  --out DIR           write each raw map as .npy and an overlay as .png

  An IMAGE that ends in .npy is taken as the ready input tensor, without preprocessing.

Options of gradient
  --output NAME       what is differentiated: any value of shape [N, classes], as it is (softmax included)
  --class I[,I…]      its class: one for the whole batch, or one per item
  --wrt TENSOR[,…]    with respect to these values: inputs, feature maps (repeatable)
  --out FILE.onnx     save the model with the derivatives as further outputs
  --input NAME=FILE.npy --values DIR
                      run it, and write gradient_0.npy … in the order of --wrt (--input is repeatable)

All
  --json              one JSON document on standard output; messages on standard error
  --help, --version

Exit code: 0 done (also when compared models differ), 1 failed on the input, 2 wrong usage.
`;

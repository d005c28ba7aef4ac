export const HELP = `headlight: inspect, compare and differentiate ONNX models and draw exact class activation maps

Usage
  headlight inspect MODEL [options]
  headlight compare MODEL OTHER [options]
  headlight cam MODEL IMAGE|DIR|GLOB… [options]
  headlight head MODEL --to gap|fc [options]
  headlight fit MODEL --data DIR|FILE.csv [options]
  headlight features MODEL --data DIR|FILE.csv --out FEATURES.npy [options]
  headlight gradient MODEL --output NAME --class INDEX --wrt TENSOR [options]
  headlight explain MODEL --out FILE.onnx [options]
  headlight evaluate MODEL --images DIR [--masks DIR] [options]

Options of inspect
  --input NAME=1,3,224,224   bind the free dimensions of an input (repeatable)
  --measure                  run the model on random input: time per layer, shapes that only a run tells

Options of compare
  --weights           read the weights too, and say which are equal (SHA-256)

Options of cam
  --class WHICH       class index, label, top1 or top5 (default top1; repeatable)
  --method NAME       default: cam, the exact map, which adds up to the logit, where the head has one; else the method
                      that comes nearest to it. At any layer: gradcam, gradcam++, xgradcam, hirescam, layercam,
                      elementwise, eigencam, eigengradcam, ablationcam, scorecam. On the image: gradxinput,
                      integratedgradients, smoothgrad, fullgrad, occlusion, rise. On patches: rollout
  --layer TENSOR      any tensor with rows and columns between image and logits (cam: the head's feature map only);
                      default: that feature map, else the last one; a wrong name lists the last of each stage
  --contrast CLASS    maps of the difference to this class's logit (index or label)
  --target SPEC       what is explained, in place of --class and --contrast, of one image or of many:
                      class:7, class:7-3                        a logit, or the difference of two
                      output:NAME[0,3,:,:]                      elements of an output (":" is all), added up
                      box:NAME,channel,left,top,width,height    a channel of a spatial output, added up over a box
                      mask:NAME,channel,FILE                    the same over a mask: .npy [rows, columns] or PNG
                      similarity:FILE, similarity:NAME,FILE     cosine to an embedding (.npy, or that of an image)
  --samples N         noisy images of smoothgrad, steps of integratedgradients, masks of rise
  --seed N            of smoothgrad and rise (default 0)
  --channels N        scorecam: only the N that vary most, which is an approximation
  --window N, --stride N
                      occlusion, in pixels
  --preprocess FILE   how images are read: JSON as in MODEL.headlight.json
  --labels FILE       names of the classes: one per line, or JSON
  --out DIR           write each raw map as .npy and an overlay as .png

  An IMAGE that ends in .npy is taken as the ready input tensor, without preprocessing.
  A DIR stands for all images below it, a GLOB ("data/**/*.png") for what it matches. Where all of them lie in subfolders,
  the folder's name is taken as the true class. Many images are run in batches, and these options hold too:
  --batch N           images run at once by the exact map (default: up to 16, as memory allows)
  --format LIST       written to --out: npy, png (maps/IMAGE_classK.*), json, csv, parquet (images.*); default npy,png,csv
  --metrics           per image: probability, entropy, error, certificate, border energy, statistics of the map
  --resume            go on with the job that journal.jsonl in --out tells of; images that failed are not tried again

Options of head
  --to gap|fc         the head to put in the place of the model's own: pooled, or fully connected
  --method NAME       to fc: exact, no method is needed. To gap: project (default: sum the weights over positions),
                      distill (least squares to the old logits on --images, no labels; default for heads with
                      hidden layers), fit (to labels)
  --images DIR|CSV    images to compare both heads on, worst first; what distill fits to
  --out FILE.onnx     save the model with the new head; without it, only the comparison is printed
  --head-index N      which head, as inspect lists them (default 0)
  --preprocess, --labels FILE   as for cam

Options of gradient
  --output NAME       what is differentiated: any value of shape [N, classes], as it is (softmax included)
  --class I[,I…]      its class: one for the whole batch, or one per item
  --wrt TENSOR[,…]    with respect to these values: inputs, feature maps (repeatable)
  --out FILE.onnx     save the model with the derivatives as further outputs
  --input NAME=FILE.npy --values DIR
                      run it, and write gradient_0.npy … in the order of --wrt (--input is repeatable)

Options of explain: one .onnx with the model's outputs and the maps, which any ONNX runtime runs as it is
  --out FILE.onnx     the model to be written; it is run beside the original and compared
  --method, --layer   as for cam
  --classes WHICH     all (cam only), top5 (default of cam), top1 (default of the others), or input: an int64 input
                      [N, n] names the classes of each image in every run (n = 1 for other methods than cam)
  --weights WHERE     embed (default): the file stands alone; external: its weights stay in MODEL, which has to
                      remain beside it, unchanged
  --image FILE        what both models are run on (default: random numbers)
  --preprocess FILE, --labels FILE
                      as for cam; written into the model's metadata

Options of fit
  --head KIND         gap (default): linear on channel means; fc: linear on the whole feature map; both
  --l2 X|cv           penalty (X/2)·‖weights‖² beside the sum of losses (default 1; scikit-learn's C is 1/X),
                      or chosen by cross-validation
  --seed N            of the split (default 0)
  --validation SHARE  of each class, held out (default 0.2)
  --tolerance T       largest element of the gradient at the end (default 1e-4; below 1e-5 in double precision)
  --out FILE.onnx     save the model with the new head, of both the one that does better on held-out images;
                      labels and preprocessing go into its metadata and into FILE.headlight.json

Options of features
  --out FEATURES.npy  channel means, float32 [images, channels]; FEATURES.csv beside it names the images
  --maps              whole feature maps instead, [images, channels, height, width]

Options of fit and features
  --data DIR|FILE.csv one folder per class; or lines "path,label", several labels as "cat;dog" or as columns
                      of 1 and 0 (path,cat,dog), which makes it one yes or no per class
  --cache DIR         where features are kept, so that a stopped run goes on (default ~/.cache/headlight/features,
                      where those used long ago are removed beyond 5 GB)
  --preprocess FILE   how images are read: JSON as in MODEL.headlight.json

Options of evaluate: how well maps point at what they should, one row per method, image and class
  --images DIR        images, also in folders within it (or one file)
  --masks DIR         where the objects are: STEM.png or STEM_mask.png (0 and another value; or several: 0 background,
                      v = class v − 1, 255 void), STEM.xml (Pascal VOC), STEM.txt (YOLO), or a COCO JSON file
  --methods A,B,…     as for cam --method (default cam)
  --layer TENSOR      as for cam
  --classes WHICH     predicted (default), true, or one class by index or label. The true class is that of --truth, else
                      of the annotation, the folder's name, or a word of the file's name
  --truth FILE        lists "image,class", one per line
  --metrics A,B,…     pointing, energy, iou, box, maxboxacc, pxap (these need --masks), border, drop, increase,
                      insertion, deletion; slow: road, sanity; or all. Default: all but the slow ones
  --tolerance PIXELS  of the pointing game (default 0)
  --steps N           of insertion and deletion (default 50)
  --placement WHERE   stretch (default): maps resized with half-pixel centres, as papers do; receptive-field: cells at
                      the centres of what they see, as the overlays are drawn
  --seed N            of random numbers (default 0)
  --preprocess FILE, --labels FILE
                      as for cam
  --out FILE          .csv: the rows; .json: everything

All
  --json              one JSON document on standard output; messages on standard error
  --help, --version

Exit code: 0 done (also when compared models differ), 1 failed on the input, 2 wrong usage.
`;

/** The part of the help that concerns one command; all of it for a word that is none. */
export function describeCommand(command: string): string {
  const [title, ...sections] = HELP.split(/\n\n(?=\S)/);
  const usage = sections[0].split('\n').filter((line) => line.startsWith(`  headlight ${command} `));
  if (usage.length === 0) {
    return HELP;
  }
  const concerns = (section: string): boolean => {
    const [, named] = /^Options of ([a-z, ]+)/.exec(section) ?? [];
    return named === undefined || named.split(/,| and /).includes(command);
  };
  return [title, ['Usage', ...usage].join('\n'), ...sections.slice(1).filter(concerns)].join('\n\n');
}

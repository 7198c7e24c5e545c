# SPDX-License-Identifier: MIT
"""Runs every fenced snippet of README.md and docs/*.md as a reader would, in the order of each document.

usage: snippets.py LESIONBENCH WORK PYTHON

Snippets of sh and python must end with exit code 0; a snippet of yaml must be a study file, or a part of one,
that the program reads; text is not run. Each document has a folder of its own with what it takes for granted
(PREPARE). Prints "ok NAME", "not ok NAME" or "skip REASON" for each.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM, WORK, PYTHON = (pathlib.Path(os.path.abspath(argument)) for argument in sys.argv[1:4])
TEMPLATE = "/usr/share/mricron/templates/ch2bet.nii.gz"
PUBLISHED = ROOT.parent / "shared" / "data" / "published"

MOST_SECONDS = 600  # of one snippet: one that hangs fails

# Snippets that are not run here, and where they are.
ELSEWHERE = {
    "./run build": "is the first part of the demo",
    "./run demo": "takes minutes, and is the study that tests/cli runs in small",
    "./run test": "is what runs this",
}
# What a snippet of Python imports that a machine may lack.
IMPORTS = ("torch", "torchvision", "captum", "zennit", "h5py", "pandas")


def program(*arguments, folder=None):
    subprocess.run([PROGRAM, *map(str, arguments), "--quiet"], cwd=folder, check=True)


def demo():
    """A small study in the place of the demo's, made once."""
    folder = WORK / "lesionbench-demo"
    if not (folder / "report" / "index.html").exists():
        study = (ROOT / "tests/docs/study.yaml").read_text().replace("TEMPLATE", TEMPLATE)
        (WORK / "study.yaml").write_text(study)
        program("study", WORK / "study.yaml", "-o", folder)
    return folder


def model(name="degree_3_seed_1"):
    return demo() / "models/mri" / name / "model.safetensors"


def torchvision_cache():
    """Where torchvision keeps what it has fetched: random weights in the place of ImageNet's, made once."""
    cache = WORK / "torch/hub/checkpoints"
    if not cache.exists() and has("torchvision"):
        script = ("import os, torch, torchvision; from torchvision.models import VGG16_Weights as weights; "
                  "name = os.path.basename(weights.IMAGENET1K_V1.url); "
                  "torch.save(torchvision.models.vgg16(init_weights=False).state_dict(), name)")
        cache.mkdir(parents=True)
        subprocess.run([PYTHON, "-c", script], cwd=cache, check=True)
    return WORK / "torch"


def prepare_readme(folder):
    os.symlink(demo(), folder / "lesionbench-demo")


def prepare_study(folder):
    for part in demo().iterdir():
        os.symlink(part, folder / part.name)


def prepare_own(folder):
    shutil.copy(demo() / "dataset.h5", folder)
    shutil.copy(model(), folder)
    os.symlink(torchvision_cache(), folder / "torch")


def numpy_files(folder, script):
    subprocess.run([PYTHON, "-c", "import h5py, numpy, pickle\n" + script], cwd=folder, check=True)


def prepare_scores(folder):
    prepare_own_maps(folder)
    source = {"predictions_imagenet_best.pkl": "predictions.pkl", "incorrectly_classified.pkl": "indices.pkl",
              "best_random_explanations.pkl": "counts.pkl", "laplace_best.pkl": "bare_counts.pkl",
              "ratios_incorrectly.pkl": "rates.pkl"}
    for name, small in source.items():
        real = PUBLISHED / name
        shutil.copy(real if real.exists() else ROOT / "tests/data/published" / small, folder / name)


def prepare_own_maps(folder):
    shutil.copy(demo() / "dataset.h5", folder)
    numpy_files(folder, """
truth = h5py.File("dataset.h5")["holdout/truth"][:]
random = numpy.random.default_rng(0)
numpy.save("truth.npy", truth)
for name in "a", "b", "maps":
    numpy.save(name + ".npy", random.random(truth.shape))
""")


def prepare_statistics(folder):
    prepare_study(folder)
    for name in "a", "b":
        program("explain", "--model", model("degree_3_seed_1" if name == "a" else "degree_all_seed_1"), "--data",
                "dataset.h5", "--limit", "24", "--methods", "saliency,raw_input,sobel", "--keep", "maps",
                "--scores", name + ".csv", "-o", name + ".h5", folder=folder)
    lines = (folder / "a.csv").read_text().splitlines() + (folder / "b.csv").read_text().splitlines()[1:]
    (folder / "scores.csv").write_text("\n".join(lines) + "\n")


def prepare_import(folder):
    """Small brains in a BIDS folder, an HCP folder, single files and arrays."""
    numpy_files(folder, """
import gzip, os, struct
random = numpy.random.default_rng(0)
grid = numpy.stack(numpy.meshgrid(*[numpy.linspace(-1, 1, 40)] * 3, indexing="ij"))
inside = (grid ** 2).sum(0) < 0.95
def brain(path, mask=False):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    voxels = inside.astype("<f4") if mask else (inside * random.uniform(1, 2, inside.shape)).astype("<f4")
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, 40, 40, 40, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, 16, 32)
    struct.pack_into("<8f", header, 76, 1, 4, 4, 4, 0, 0, 0, 0)
    struct.pack_into("<ff", header, 108, 352, 1)
    header[123] = 2
    struct.pack_into("<h", header, 254, 1)
    struct.pack_into("<12f", header, 280, 4, 0, 0, -80, 0, 4, 0, -80, 0, 0, 4, -80)
    header[344:348] = b"n+1\\0"
    with gzip.open(path, "wb") as f:
        f.write(bytes(header) + voxels.tobytes(order="F"))
brain("ds000001/sub-01/anat/sub-01_T1w.nii.gz")
brain("ds000001/sub-02/ses-1/anat/sub-02_ses-1_T1w.nii.gz")
brain("ds000001/derivatives/fmriprep/sub-01/anat/sub-01_desc-brain_mask.nii.gz", True)
open("ds000001/participants.tsv", "w").write("participant_id\\tsex\\tage\\nsub-01\\tF\\t30\\nsub-02\\tM\\t31\\n")
brain("HCP1200/100307/T1w/T1w_acpc_dc_restore_brain.nii.gz")
for name in "HCP1200/unrestricted.csv", "unrestricted.csv":
    open(name, "w").write("Subject,Gender,Age\\n100307,F,26-30\\n")
for name in "one", "two":
    brain(f"scans/{name}.nii.gz")
    brain(f"masks/{name}_mask.nii.gz", True)
open("people.tsv", "w").write("participant_id\\tsex\\tage\\none\\tF\\t30\\ntwo\\tM\\t31\\n")
slices = (inside[:, :, 15:25] * random.uniform(1, 2, (40, 40, 10))).transpose(2, 0, 1)
numpy.save("slices.npy", slices[:4])
open("rows.csv", "w").write("subject,sex,age\\n" + "".join(f"s{i},{'FM'[i % 2]},{30 + i}\\n" for i in range(4)))
for i in 1, 2:
    with open(f"slices_{i}.pkl", "wb") as f:
        pickle.dump(list(slices[4 * i - 2:4 * i + 2]), f, protocol=2)
""")


def prepare_pretraining(folder):
    (folder / "flowers/train").mkdir(parents=True)
    for weights in torchvision_cache().glob("hub/checkpoints/*.pth"):
        os.symlink(weights, folder / "vgg16.pth")


PREPARE = {
    "README.md": prepare_readme,
    "docs/bring_your_own.md": prepare_own,
    "docs/findings.md": prepare_study,
    "docs/import.md": prepare_import,
    "docs/pretraining.md": prepare_pretraining,
    "docs/scores.md": prepare_scores,
    "docs/statistics.md": prepare_statistics,
    "docs/weights.md": prepare_own,
}


def has(module):
    code = f"import importlib.util as u, sys; sys.exit(u.find_spec({module!r}) is None)"
    return subprocess.run([PYTHON, "-c", code], stderr=subprocess.DEVNULL).returncode == 0


def snippets(path):
    """(number of the first line, language, text, text since the snippet before) of each."""
    language, before, lines, start = None, "", [], 0
    for number, line in enumerate(path.read_text().splitlines(), 1):
        fence = re.match(r"```(\w*)", line)
        if fence and language is None:
            language, lines, start = fence[1] or "none", [], number + 1
        elif fence:
            yield start, language, "\n".join(lines) + "\n", before
            language, before = None, ""
        elif language is None:
            before += line + " "
        else:
            lines.append(line)
    if language is not None:
        raise SystemExit(f"{path}: line {start}: a snippet does not end")


def command(language, text, folder):
    """What runs a snippet."""
    if language == "sh":
        return ["sh", "-eu", "-c", text]
    if language == "python":
        script = folder / "snippet.py"
        script.write_text(text)
        return [PYTHON, script.name]
    return None


def read_yaml(text, folder):
    """A study that holds the snippet gets as far as its template, or the scans it imports, which are not there."""
    scans = re.search(r"^import:\n  paths: \[(\w+)\]", text)
    lost = scans[1] + ": No such file" if scans else "no_such_template.nii"
    (folder / "part.yaml").write_text(text + ("" if scans else "cohort:\n  template: no_such_template.nii\n"))
    done = subprocess.run([PROGRAM, "study", "part.yaml", "-o", "part"], cwd=folder, capture_output=True, text=True)
    right = done.returncode == 1 and lost in done.stderr
    return right, done.stdout + done.stderr


def run(language, text, before, folder):
    """(None or a reason to skip, whether it ended well, what it printed)"""
    environment = dict(os.environ, PATH=f"{PROGRAM.parent}:{os.environ['PATH']}", TORCH_HOME=str(folder / "torch"),
                       PYTHONPATH=str(folder))
    if language == "python":
        lacking = [name for name in IMPORTS if re.search(rf"^\s*(import|from)\b.*\b{name}\b", text, re.M) and not has(name)]
        if lacking:
            return "Python has no " + ", ".join(lacking), False, ""
        named = re.search(r"[Ss]ave it as `(\w+\.py)`", before)
        if named:
            (folder / named[1]).write_text(text)
    if language == "yaml":
        return None, *read_yaml(text, folder)
    try:
        done = subprocess.run(command(language, text, folder), cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        return None, False, f"no end after {MOST_SECONDS} s"
    return None, done.returncode == 0, done.stdout


def check(path):
    name = path.relative_to(ROOT).as_posix()
    found = list(snippets(path))
    if not found:
        return
    folder = WORK / name.replace("/", "_")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    PREPARE.get(name, lambda folder: None)(folder)
    for line, language, text, before in found:
        title = f"{name}:{line}: {text.splitlines()[0].strip()}"
        if language == "text" or text.strip() in ELSEWHERE:
            continue
        if language not in ("sh", "python", "yaml"):
            print(f"not ok {title}\n    unknown language '{language}'", flush=True)
            continue
        lacking, right, output = run(language, text, before, folder)
        if lacking:
            print(f"skip snippets: {lacking} ({name}:{line})", flush=True)
            continue
        print(("ok " if right else "not ok ") + title, flush=True)
        if not right:
            print("".join(f"    {row}\n" for row in output.splitlines()[-12:]), end="", flush=True)
    shutil.rmtree(folder, ignore_errors=True)


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("**/*.md"))]:
        check(path)


if __name__ == "__main__":
    main()

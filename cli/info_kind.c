/* SPDX-License-Identifier: MIT */
/* What both forms of `info` share. */
#include "cli.h"

const char *const INFO_TYPES[] = {"uint8", "int8", "int32", "int64", "float32", "float64"};

const char *const INFO_H5_KEYS[] = {"corpus",
                                    "degree",
                                    "seed",
                                    "condition",
                                    "target_accuracy",
                                    "split",
                                    "protocol",
                                    "quirks",
                                    "polarity",
                                    "label_by",
                                    "brain_intensity",
                                    "lesion_intensity",
                                    "truth_threshold",
                                    "distractors",
                                    "plain_share",
                                    "simulated",
                                    "voxel",
                                    "axis",
                                    "provenance",
                                    NULL};
const char *const INFO_MODEL_KEYS[] = {
    "corpus",          "source",         "degree",     "seed",
    "learning_rate",   "epochs",         "kept_epoch", "condition",
    "target_accuracy", "permute_labels", NULL};

lb_status
info_kind_of(lb_file_kind *out, size_t *bytes, const char *path, lb_error *err)
{
    lb_status status = lb_recognise(out, bytes, path, err);
    if (status == LB_OK && *out == LB_FILE_UNKNOWN) {
        status = lb_fail(
            err, LB_ERROR_UNSUPPORTED,
            "%s: is none of HDF5, safetensors, PyTorch, NIfTI, NPY, pickle, IDX or CSV", path);
    }
    return status;
}

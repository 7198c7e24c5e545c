/* SPDX-License-Identifier: MIT */
/* The named tensors of a file that holds a network's weights, in any of these formats, which are
 * told by their content:
 *   safetensors;
 *   PyTorch's, a zip archive (torch.save() since 1.6);
 *   PyTorch's before that, one pickle after another (most of torchvision's downloads).
 * Nothing in a file is run: see pickle.h.
 *
 * PyTorch's files hold a dict of tensors by name, or a checkpoint: a dict with such a dict under
 * `state_dict`, `model_state_dict`, `model`, `net`, `network` or `weights`, the first of them that
 * is there. What else a checkpoint holds is left alone, whatever it is, and so is what is no tensor
 * in the dict of tensors; a tensor of a form that is not read here is an error that names it.
 *
 * The prefixes `module.`, `_orig_mod.`, `model.`, `net.`, `timm_model.`, `vgg.` and `backbone.` are
 * taken off the names where all tensors of the network begin with the same one, as often as they
 * do; `module.` and `_orig_mod.` also within names. Tensors of a loss or a metric beside the
 * network
 * (`criterion.weight`, `loss_fn.pos_weight`, `train_acc.tp`) are marked as ignored.
 *
 * Files are mapped. Reading a tensor gives back the memory of the file's pages behind it, so that a
 * network's weights are in memory once. Sizes, places and overlaps are checked before anything is
 * read; time and memory are bounded by the size of the file.
 */
#ifndef LESIONBENCH_WEIGHTS_H
#define LESIONBENCH_WEIGHTS_H

#include "lesionbench/array.h"
#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lb_weights_format {
    LB_WEIGHTS_NONE = 0,
    LB_WEIGHTS_SAFETENSORS,
    LB_WEIGHTS_TORCH_ZIP,
    LB_WEIGHTS_TORCH_LEGACY
} lb_weights_format;

typedef struct lb_weights lb_weights;

typedef struct lb_weight {
    const char *name; /* without the prefixes */
    const char
        *type; /* as PyTorch calls it: "float32"; as the file does where PyTorch 1 has none */
    size_t rank;
    size_t shape[LB_MAX_RANK];
    size_t count;                        /* the product of the shape */
    bool ignored;                        /* of a loss or a metric, no part of the network */
    const struct lb_weight_place *place; /* private */
} lb_weight;

/* The format by a file's first bytes, of which LB_WEIGHTS_START are enough. */
enum { LB_WEIGHTS_START = 32 };
lb_weights_format lb_weights_recognise(const void *start, size_t size);
/* "safetensors", "PyTorch (zip)", "PyTorch (legacy)" */
const char *lb_weights_format_name(lb_weights_format format);

/* LB_ERROR_FORMAT where the file is damaged or of another format, LB_ERROR_UNSUPPORTED where it
 * holds more than tensors: a pickled model, TorchScript, compressed or encrypted entries. The file
 * must not be shortened by others before lb_weights_close(). */
lb_status lb_weights_open(lb_weights **out, const char *path, lb_error *err);
void lb_weights_close(lb_weights *weights); /* accepts NULL */
lb_weights_format lb_weights_format_of(const lb_weights *weights);
size_t lb_weights_count(const lb_weights *weights);
/* In the file's order; NULL past the last. Borrowed until lb_weights_close(), as all below. */
const lb_weight *lb_weights_at(const lb_weights *weights, size_t index);
/* NULL where there is none of that name. */
const lb_weight *lb_weights_find(const lb_weights *weights, const char *name);
/* The index-th key of safetensors' metadata and its value; NULL past the end, and for the other
 * formats. */
const char *lb_weights_metadata_at(const char **value, const lb_weights *weights, size_t index);
/* The value of a key; NULL where there is none. */
const char *lb_weights_metadata(const lb_weights *weights, const char *key);

/* Whether lb_weights_read() can read the type. */
bool lb_weights_is_real(const lb_weight *weight);
/* Fills out (weight->count) in row-major order, whatever order the file has. float16, bfloat16 and
 * float32 keep their values, float64 is rounded to the nearest; other types are
 * LB_ERROR_UNSUPPORTED, a wrong checksum of a zip archive's entry is LB_ERROR_FORMAT. */
lb_status lb_weights_read(float *out, lb_weights *weights, const lb_weight *weight, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif

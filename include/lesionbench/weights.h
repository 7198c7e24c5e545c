/* SPDX-License-Identifier: MIT */
/* The named tensors of a file of weights. The content decides the format:
 *   safetensors
 *   PyTorch, a zip archive (torch.save() since 1.6)
 *   PyTorch, a sequence of pickles (before 1.6; most of torchvision's downloads)
 * Nothing in a file is executed: see pickle.h.
 *
 * A PyTorch file holds a dict of tensors by name, or a checkpoint: a dict with such a dict under
 * `state_dict`, `model_state_dict`, `model`, `net`, `network` or `weights`; the first that exists
 * is used. Other parts of a checkpoint are ignored. So are values in the dict of tensors that are
 * not tensors. A tensor of an unsupported form is an error that names it.
 *
 * The prefixes `module.`, `_orig_mod.`, `model.`, `net.`, `timm_model.`, `vgg.` and `backbone.` are
 * removed if all tensors of the network begin with the same one, repeatedly. `module.` and
 * `_orig_mod.` are also removed inside names. Tensors of a loss or a metric beside the network
 * (`criterion.weight`, `loss_fn.pos_weight`, `train_acc.tp`) are marked as ignored.
 *
 * Files are mapped. Reading a tensor releases the memory of the file's pages behind it, so a
 * network's weights are in memory once. Sizes, places and overlaps are checked before anything is
 * read. Time and memory are bounded by the size of the file. */
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
    bool ignored;                        /* of a loss or a metric, not of the network */
    const struct lb_weight_place *place; /* private */
} lb_weight;

/* The format by the first bytes of a file; LB_WEIGHTS_START bytes are enough. */
enum { LB_WEIGHTS_START = 32 };
lb_weights_format lb_weights_recognise(const void *start, size_t size);
/* "safetensors", "PyTorch (zip)", "PyTorch (legacy)" */
const char *lb_weights_format_name(lb_weights_format format);

/* LB_ERROR_FORMAT: a damaged file, or another format. LB_ERROR_UNSUPPORTED: a file that holds more
 * than tensors: a pickled model, TorchScript, compressed or encrypted entries. The file must not be
 * truncated before lb_weights_close(). */
lb_status lb_weights_open(lb_weights **out, const char *path, lb_error *err);
void lb_weights_close(lb_weights *weights); /* accepts NULL */
lb_weights_format lb_weights_format_of(const lb_weights *weights);
size_t lb_weights_count(const lb_weights *weights);
/* By index, in the file's order; NULL past the end. Borrowed until lb_weights_close(), like all
 * below. */
const lb_weight *lb_weights_at(const lb_weights *weights, size_t index);
/* NULL where there is none of that name. */
const lb_weight *lb_weights_find(const lb_weights *weights, const char *name);
/* The index-th key of safetensors' metadata and its value; NULL past the end, and for the other
 * formats. */
const char *lb_weights_metadata_at(const char **value, const lb_weights *weights, size_t index);
/* The value of a key; NULL where there is none. */
const char *lb_weights_metadata(const lb_weights *weights, const char *key);

/* True if lb_weights_read() supports the type. */
bool lb_weights_is_real(const lb_weight *weight);
/* Fills out (weight->count) in row-major order, for any order in the file. float16, bfloat16 and
 * float32 keep their values; float64 is rounded to nearest. LB_ERROR_UNSUPPORTED: other types.
 * LB_ERROR_FORMAT: a wrong checksum of a zip entry. */
lb_status lb_weights_read(float *out, lb_weights *weights, const lb_weight *weight, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif

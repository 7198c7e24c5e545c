/* SPDX-License-Identifier: MIT */
/* What the parts of lb_weights share. */
#ifndef LB_IO_WEIGHTS_INTERNAL_H
#define LB_IO_WEIGHTS_INTERNAL_H

#include "file_map.h"
#include "lesionbench/pickle.h"
#include "lesionbench/safetensors.h"
#include "lesionbench/weights.h"
#include "zip.h"

/* Where a tensor's elements lie. */
typedef struct lb_weight_place {
    const uint8_t *bytes;        /* of the element at index 0 on all axes */
    size_t strides[LB_MAX_RANK]; /* in elements */
    lb_element element;
    bool known;          /* the element type is one of lb_element */
    lb_zip_entry *entry; /* whose checksum is to be compared; NULL where there is none */
} lb_weight_place;

struct lb_weights {
    char *path;
    lb_weights_format format;
    lb_weight *list;
    lb_weight_place *places; /* of the list's weights */
    size_t count;
    const lb_weight **by_name;
    char **renamed; /* (count): names without what stands within them; NULL where the file's do */
    lb_tensors *tensors; /* safetensors */
    lb_file_map map;     /* the others */
    lb_zip zip;
    const lb_zip_entry *pickle_entry; /* "NAME/data.pkl" */
    lb_pickle *pickle;
};

/* weights_convert.c: elements in row-major order. Gives back the memory behind the reading. */
void lb_weights_convert(float *out, const lb_weight *weight);

/* torch_zip.c and torch_legacy.c: weights->pickle, and the bytes of its storages. */
lb_status lb_torch_open_zip(lb_weights *weights, lb_error *err);
lb_status lb_torch_open_legacy(lb_weights *weights, lb_error *err);
/* Where the pickle of the number 0x1950a86a20f9469cfc6c ends, which legacy files begin with; 0 for
 * other files. */
size_t lb_torch_magic(const uint8_t *start, size_t size);
/* The archive's entry of a storage, NULL where it is missing. */
lb_zip_entry *lb_torch_zip_storage(const lb_weights *weights, const lb_pickle_storage *storage);

/* torch_state.c: lists the tensors of the state dict in weights->pickle. */
lb_status lb_torch_list(lb_weights *weights, lb_error *err);
/* torch_pickle.c: parses the pickle at the start of `size` bytes, within limits that do for a
 * network. *used is its length. `part` says in messages which it is. any_storage: storages of types
 * that are not read may be referred to. */
lb_status lb_torch_parse(lb_pickle **out, size_t *used, const uint8_t *bytes, size_t size,
                         const char *path, const char *part, bool any_storage, lb_error *err);

#endif

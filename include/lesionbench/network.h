/* SPDX-License-Identifier: MIT */
/* VGG networks without batch normalisation (Simonyan and Zisserman, ICLR 2015; the layout of
 * torchvision.models.vgg): their architecture, parameters and files. Computing with them is in
 * executor.h. */
#ifndef LESIONBENCH_NETWORK_H
#define LESIONBENCH_NETWORK_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

enum { LB_BLOCKS = 5, LB_INPUT_CHANNELS = 3, LB_MAX_CONVOLUTIONS = 16, LB_DENSE_LAYERS = 3 };

typedef struct lb_architecture {
    unsigned depth;             /* 11, 13, 16 or 19 */
    size_t channels[LB_BLOCKS]; /* of each block's convolutions: 64 128 256 512 512 at width 1 */
    size_t hidden;              /* units of the two hidden dense layers: 4096 at width 1 */
    size_t classes;
} lb_architecture;

/* name: "vgg11", "vgg13", "vgg16", "vgg19". width scales channels and hidden units. */
lb_status lb_architecture_init(lb_architecture *out, const char *name, double width, size_t classes,
                               lb_error *err);
/* Convolutions in a block (0 .. 4). */
size_t lb_architecture_block(const lb_architecture *architecture, size_t block);

typedef struct lb_parameter {
    char name[32]; /* torchvision's: "features.0.weight" */
    size_t rank;
    size_t shape[4]; /* (O, I, 3, 3), (O, I) or (O) */
    size_t count;
    float *value;
} lb_parameter;

typedef struct lb_network lb_network;

/* Weights of torchvision's own initialisation: convolutions Kaiming normal (fan out), dense layers
 * N(0, 0.01), biases 0. The untrained network of the study. */
lb_status lb_network_create(lb_network **out, const lb_architecture *architecture, uint64_t seed,
                            lb_error *err);
/* Gives parameters first .. end - 1 the values that lb_network_create() draws for this seed.
 * LB_ERROR_ARGUMENT: the network has fewer parameters. */
lb_status lb_network_randomise(lb_network *network, size_t first, size_t end, uint64_t seed,
                               lb_error *err);
/* Gives them the values of another network. LB_ERROR_ARGUMENT: the network has fewer parameters, or
 * the other one another architecture. */
lb_status lb_network_restore(lb_network *network, size_t first, size_t end, const lb_network *from,
                             lb_error *err);
lb_status lb_network_copy(lb_network **out, const lb_network *network, lb_error *err);
void lb_network_free(lb_network *network);                                 /* accepts NULL */
const lb_architecture *lb_network_architecture(const lb_network *network); /* borrowed */
/* Replaces the last dense layer by a new one of `classes` outputs, 1 .. 100000. */
lb_status lb_network_replace_head(lb_network *network, size_t classes, uint64_t seed,
                                  lb_error *err);

/* Parameters in torchvision's order: weight and bias of each layer. Borrowed. NULL for an index
 * past the end. */
size_t lb_network_parameters(const lb_network *network);
lb_parameter *lb_network_parameter(lb_network *network, size_t index);

/* Reads a file of any format of weights.h, with torchvision's names or timm's. The architecture
 * follows from the shapes. One message names all missing, extra and wrong-shaped tensors. */
lb_status lb_network_load(lb_network **out, const char *path, lb_error *err);
/* Reads the architecture of a file with the right tensors, without their values. */
lb_status lb_network_inspect(lb_architecture *out, const char *path, lb_error *err);
/* Writes the network as safetensors, with the metadata that was set and "architecture" ("vgg11")
 * and "width" (channels of the first block / 64) of the network. */
lb_status lb_network_save(const lb_network *network, const char *path, lb_error *err);
/* Metadata of the file: "corpus", "degree", "seed", ... NULL if absent. Borrowed until the next
 * set. */
const char *lb_network_metadata(const lb_network *network, const char *key);
lb_status lb_network_set_metadata(lb_network *network, const char *key, const char *value,
                                  lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
#include "lesionbench/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "architecture.h"

/* Configurations A, B, D and E of Simonyan and Zisserman, table 1: convolutions of each block. */
static const struct {
    unsigned depth;
    size_t convolutions[LB_BLOCKS];
} configurations[] = {
    {11, {1, 1, 2, 2, 2}}, {13, {2, 2, 2, 2, 2}}, {16, {2, 2, 3, 3, 3}}, {19, {2, 2, 4, 4, 4}}};

enum { CONFIGURATIONS = sizeof configurations / sizeof *configurations };

static const size_t full_channels[LB_BLOCKS] = {64, 128, 256, 512, 512};
static const size_t full_hidden = 4096;

static size_t
scaled(size_t full, double width)
{
    double units = round((double)full * width);
    return units < 1 ? 1 : (size_t)units;
}

lb_status
lb_architecture_init(lb_architecture *out, const char *name, double width, size_t classes,
                     lb_error *err)
{
    if (out == NULL || name == NULL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "lb_architecture_init: %s is NULL",
                       out == NULL ? "out" : "name");
    }
    if (!(width > 0 && width <= 8)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "width %g: must be above 0 and at most 8", width);
    }
    if (classes < 2 || classes > 100000) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%zu classes: must be 2 to 100000", classes);
    }
    for (size_t i = 0; i < CONFIGURATIONS; i++) {
        char known[8];
        snprintf(known, sizeof known, "vgg%u", configurations[i].depth);
        if (strcmp(name, known) == 0) {
            out->depth = configurations[i].depth;
            for (size_t b = 0; b < LB_BLOCKS; b++) {
                out->channels[b] = scaled(full_channels[b], width);
            }
            out->hidden = scaled(full_hidden, width);
            out->classes = classes;
            return LB_OK;
        }
    }
    return lb_fail(err, LB_ERROR_ARGUMENT,
                   "unknown architecture '%s' (known: vgg11, vgg13, vgg16, vgg19)", name);
}

lb_status
lb_architecture_check(const lb_architecture *architecture, lb_error *err)
{
    enum { MAX_UNITS = 1 << 16, MAX_CLASSES = 100000 };
    bool known = false, sized = architecture->hidden > 0 && architecture->hidden <= MAX_UNITS;
    for (size_t i = 0; i < CONFIGURATIONS; i++) {
        known = known || configurations[i].depth == architecture->depth;
    }
    for (size_t b = 0; b < LB_BLOCKS; b++) {
        sized = sized && architecture->channels[b] > 0 && architecture->channels[b] <= MAX_UNITS;
    }
    if (!known || !sized) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "architecture: depth %u, or its channels or hidden units, are not those of "
                       "a VGG network",
                       architecture->depth);
    }
    if (architecture->classes < 2 || architecture->classes > MAX_CLASSES) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%zu classes: must be 2 to %d",
                       architecture->classes, MAX_CLASSES);
    }
    return LB_OK;
}

size_t
lb_architecture_block(const lb_architecture *architecture, size_t block)
{
    for (size_t i = 0; i < CONFIGURATIONS; i++) {
        if (configurations[i].depth == architecture->depth) {
            return configurations[i].convolutions[block];
        }
    }
    return 0;
}

size_t
lb_architecture_convolutions(const lb_architecture *architecture)
{
    return architecture->depth - LB_DENSE_LAYERS;
}

static size_t
convolution_shapes(lb_parameter *out, const lb_architecture *architecture)
{
    size_t count = 0, index = 0, in = LB_INPUT_CHANNELS;
    for (size_t b = 0; b < LB_BLOCKS; b++) {
        for (size_t c = 0; c < lb_architecture_block(architecture, b); c++) {
            size_t o = architecture->channels[b];
            out[count] = (lb_parameter){.rank = 4, .shape = {o, in, 3, 3}, .count = o * in * 9};
            snprintf(out[count].name, sizeof out->name, "features.%zu.weight", index);
            out[count + 1] = (lb_parameter){.rank = 1, .shape = {o}, .count = o};
            snprintf(out[count + 1].name, sizeof out->name, "features.%zu.bias", index);
            count += 2;
            index += 2; /* the convolution and its ReLU */
            in = o;
        }
        index++; /* max pooling */
    }
    return count;
}

size_t
lb_architecture_parameters(lb_parameter *out, const lb_architecture *architecture)
{
    size_t count = convolution_shapes(out, architecture);
    const size_t units[LB_DENSE_LAYERS + 1] = {
        architecture->channels[LB_BLOCKS - 1] * LB_POOLED_SIDE * LB_POOLED_SIDE,
        architecture->hidden, architecture->hidden, architecture->classes};
    for (size_t d = 0; d < LB_DENSE_LAYERS; d++) {
        size_t o = units[d + 1], in = units[d];
        out[count] = (lb_parameter){.rank = 2, .shape = {o, in}, .count = o * in};
        snprintf(out[count].name, sizeof out->name, "classifier.%zu.weight", 3 * d);
        out[count + 1] = (lb_parameter){.rank = 1, .shape = {o}, .count = o};
        snprintf(out[count + 1].name, sizeof out->name, "classifier.%zu.bias", 3 * d);
        count += 2;
    }
    return count;
}

/* The number behind "features." of a convolution's weight, or -1. */
static long
feature_index(const char *name)
{
    static const char prefix[] = "features.";
    if (strncmp(name, prefix, sizeof prefix - 1) != 0) {
        return -1;
    }
    char *end = NULL;
    long index = strtol(name + sizeof prefix - 1, &end, 10);
    return end != name + sizeof prefix - 1 && strcmp(end, ".weight") == 0 ? index : -1;
}

/* timm's names of the dense layers, whose weights it keeps as convolutions: the first one's side is
 * that of the pooled image. https://github.com/huggingface/pytorch-image-models, timm/models/vgg.py
 */
static const struct {
    const char *name;
    size_t side; /* 0: dense there too */
} timm_layers[LB_DENSE_LAYERS] = {
    {"pre_logits.fc1", LB_POOLED_SIDE}, {"pre_logits.fc2", 1}, {"head.fc", 0}};

const lb_weight *
lb_architecture_find(lb_parameter *wanted, const lb_weights *weights)
{
    char name[sizeof wanted->name];
    const lb_weight *weight = lb_weights_find(weights, wanted->name);
    for (size_t d = 0; weight == NULL && d < LB_DENSE_LAYERS; d++) {
        size_t side = timm_layers[d].side, length = 0;
        length = (size_t)snprintf(name, sizeof name, "classifier.%zu.", 3 * d);
        if (strncmp(wanted->name, name, length) != 0) {
            continue;
        }
        snprintf(name, sizeof name, "%s.%s", timm_layers[d].name, wanted->name + length);
        weight = lb_weights_find(weights, name);
        if (weight != NULL && wanted->rank == 2 && side > 0) {
            wanted->rank = 4;
            wanted->shape[1] /= side * side;
            wanted->shape[2] = wanted->shape[3] = side;
        }
    }
    return weight;
}

/* Of a dense layer, by its weight, or its bias where that is missing; 0 where both are. */
static size_t
dense_units(const lb_weights *weights, size_t layer)
{
    static const char *const KINDS[] = {"weight", "bias"};
    for (size_t k = 0; k < 2; k++) {
        lb_parameter wanted = {.rank = 2 - k};
        snprintf(wanted.name, sizeof wanted.name, "classifier.%zu.%s", 3 * layer, KINDS[k]);
        const lb_weight *weight = lb_architecture_find(&wanted, weights);
        if (weight != NULL && weight->rank == wanted.rank && weight->count > 0) {
            return weight->shape[0];
        }
    }
    return 0;
}

/* The depth whose last convolution has this index; 0 where there is none. */
static unsigned
depth_of_last(long index)
{
    for (size_t i = 0; i < CONFIGURATIONS; i++) {
        /* A layer and its ReLU each, and four poolings before the last block's end. */
        if (index == 2 * ((long)configurations[i].depth - LB_DENSE_LAYERS - 1) + LB_BLOCKS - 1) {
            return configurations[i].depth;
        }
    }
    return 0;
}

/* Widths that lb_architecture_init() makes, and those of the field, stay below. */
enum { MAX_CHANNELS = 4096, MAX_HIDDEN = 32768, MAX_CLASSES = 100000 };

static lb_status
check_sizes(const lb_architecture *architecture, const char *path, lb_error *err)
{
    size_t channels = 0;
    for (size_t b = 0; b < LB_BLOCKS; b++) {
        channels = architecture->channels[b] > channels ? architecture->channels[b] : channels;
    }
    if (channels <= MAX_CHANNELS && architecture->hidden <= MAX_HIDDEN &&
        architecture->classes >= 2 && architecture->classes <= MAX_CLASSES) {
        return LB_OK;
    }
    return lb_fail(err, LB_ERROR_FORMAT,
                   "%s: a VGG of up to %zu channels, %zu hidden units and %zu classes is not "
                   "offered (at most %d, %d, and 2 to %d)",
                   path, channels, architecture->hidden, architecture->classes, MAX_CHANNELS,
                   MAX_HIDDEN, MAX_CLASSES);
}

/* Other networks by names of their tensors, as torchvision, timm and transformers have them; the
 * first that fits counts. */
static const struct {
    const char *part, *network;
} OTHERS[] = {
    {"relative_position_bias_table", "a Swin transformer"},
    {"denseblock", "a DenseNet"},
    {"layer1.0.conv1.weight", "a ResNet"},
    {"layer1.0.conv1.", "a ResNet"},
    {"layer1.0.convs.", "a Res2Net"},
    {"Conv2d_1a_3x3.conv.weight", "an Inception-v3"},
    {"inception3a.", "a GoogLeNet"},
    {"squeeze.weight", "a SqueezeNet"},
    {"encoder_layer_0.", "a vision transformer (ViT)"},
    {"embeddings.cls_token", "a vision transformer (ViT)"},
    {"cls_token", "a vision transformer (ViT)"},
    {"attn.qkv.weight", "a vision transformer"},
    {"layer_scale", "a ConvNeXt"},
    {"stages.0.blocks.0.conv_dw.weight", "a ConvNeXt"},
    {"conv_stem.weight", "an EfficientNet or MobileNet"},
    {"features.1.0.block.", "an EfficientNet"},
    {"features.1.block.", "a MobileNetV3"},
    {"features.1.conv.", "a MobileNetV2"},
    {"stage2.0.branch1.", "a ShuffleNet"},
    {"trunk_output.", "a RegNet"},
    {"visual.", "a CLIP model"},
    {"down_path", "a U-Net"},
    {"up_blocks.0.", "a U-Net"},
};

/* What else it is, and the tensor that says so; NULL where that is not known. */
static const char *
other_network(const char **tensor, const lb_weights *weights)
{
    for (size_t k = 0; k < sizeof OTHERS / sizeof *OTHERS; k++) {
        for (size_t i = 0; i < lb_weights_count(weights); i++) {
            const char *name = lb_weights_at(weights, i)->name;
            if (strstr(name, OTHERS[k].part) != NULL) {
                *tensor = name;
                return OTHERS[k].network;
            }
        }
    }
    const lb_weight *first = lb_weights_find(weights, "features.0.weight");
    if (first != NULL && first->rank == 4 && first->shape[2] == 11) {
        *tensor = first->name;
        return "an AlexNet";
    }
    return NULL;
}

/* Depth, and that it is a VGG at all: by the last convolution, so that one that is missing can be
 * named. */
static lb_status
read_depth(lb_architecture *out, const lb_weights *weights, const char *path, lb_error *err)
{
    size_t convolutions = 0;
    long highest = -1;
    const char *tensor = NULL, *network = other_network(&tensor, weights);
    if (network != NULL) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: is %s ('%.200s'), where a VGG-11, 13, 16 or 19 without batch "
                       "normalisation is wanted",
                       path, network, tensor);
    }
    for (size_t i = 0; i < lb_weights_count(weights); i++) {
        const lb_weight *weight = lb_weights_at(weights, i);
        long index = weight->rank == 4 ? feature_index(weight->name) : -1;
        convolutions += index >= 0;
        highest = index > highest ? index : highest;
        const char *last = strrchr(weight->name, '.');
        bool normalised = last != NULL && strcmp(last, ".running_mean") == 0;
        if (normalised && strncmp(weight->name, "features.", strlen("features.")) == 0) {
            return lb_fail(err, LB_ERROR_UNSUPPORTED,
                           "%s: has batch normalisation ('%.200s'), which is not offered: take a "
                           "VGG without it (vgg16, not vgg16_bn)",
                           path, weight->name);
        }
    }
    size_t hidden = dense_units(weights, 0), second = dense_units(weights, 1);
    out->depth = depth_of_last(highest);
    out->hidden = hidden > 0 ? hidden : second;
    out->classes = dense_units(weights, LB_DENSE_LAYERS - 1);
    if (out->depth == 0 || out->hidden == 0 || out->classes == 0) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: not a VGG-11, 13, 16 or 19 without batch norm in torchvision's or "
                       "timm's names (%zu convolutions 'features.N.weight', 'classifier.0.weight' "
                       "%s, 'classifier.6.weight' %s; it has %zu tensors, the first is '%.120s')",
                       path, convolutions, out->hidden > 0 ? "present" : "missing",
                       out->classes > 0 ? "present" : "missing", lb_weights_count(weights),
                       lb_weights_count(weights) > 0 ? lb_weights_at(weights, 0)->name : "");
    }
    return LB_OK;
}

/* The channels of a block by the first of its convolutions, which begin at `index`, that is there;
 * 0 where none is. */
static size_t
block_channels(const lb_weights *weights, size_t index, size_t convolutions)
{
    for (size_t c = 0; c < convolutions; c++) {
        char name[40];
        snprintf(name, sizeof name, "features.%zu.weight", index + 2 * c);
        const lb_weight *weight = lb_weights_find(weights, name);
        if (weight != NULL && weight->rank == 4 && weight->count > 0) {
            return weight->shape[0];
        }
    }
    return 0;
}

lb_status
lb_architecture_read(lb_architecture *out, const lb_weights *weights, const char *path,
                     lb_error *err)
{
    lb_architecture found = {0};
    size_t index = 0;
    lb_status status = read_depth(&found, weights, path, err);
    if (status != LB_OK) {
        return status;
    }
    for (size_t b = 0; b < LB_BLOCKS; b++) {
        found.channels[b] = block_channels(weights, index, lb_architecture_block(&found, b));
        if (found.channels[b] == 0) {
            return lb_fail(err, LB_ERROR_FORMAT,
                           "%s: VGG-%u needs a convolution 'features.%zu.weight'", path,
                           found.depth, index);
        }
        index += 2 * lb_architecture_block(&found, b) + 1;
    }
    status = check_sizes(&found, path, err);
    if (status == LB_OK) {
        *out = found;
    }
    return status;
}

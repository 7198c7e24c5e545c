/* SPDX-License-Identifier: MIT */
#include "lesionbench/network.h"

#include <math.h>
#include <string.h>

#include "architecture.h"
#include "lesionbench/random.h"
#include "network.h"

/* torchvision initialises VGG so: Kaiming normal with fan out for convolutions (He et al. 2015),
 * N(0, 0.01) for dense layers, all biases 0. */
static void
initialise(lb_parameter *parameter, uint64_t seed, uint64_t item)
{
    if (parameter->rank == 1) {
        memset(parameter->value, 0, parameter->count * sizeof *parameter->value);
        return;
    }
    double deviation = 0.01;
    if (parameter->rank == 4) {
        deviation = sqrt(2.0 / (double)(parameter->shape[0] * 9));
    }
    lb_random random;
    lb_random_init(&random, seed, LB_PURPOSE_INITIALISE, item);
    for (size_t i = 0; i < parameter->count; i++) {
        parameter->value[i] = (float)(deviation * lb_random_normal(&random));
    }
}

static void
draw_values(lb_network *network, size_t first, size_t end, uint64_t seed)
{
    for (size_t i = first; i < end; i++) {
        initialise(&network->parameters[i], seed, i);
    }
}

static void
copy_values(lb_network *to, size_t first, size_t end, const lb_network *from)
{
    for (size_t i = first; i < end; i++) {
        memcpy(to->parameters[i].value, from->parameters[i].value,
               to->parameters[i].count * sizeof(float));
    }
}

static lb_status
check_range(const lb_network *network, size_t first, size_t end, const char *function,
            lb_error *err)
{
    return first <= end && end <= network->count
               ? LB_OK
               : lb_fail(err, LB_ERROR_ARGUMENT,
                         "%s: parameters first %zu to end %zu, the network has %zu", function,
                         first, end, network->count);
}

lb_status
lb_network_allocate(lb_network **out, const lb_architecture *architecture, lb_error *err)
{
    lb_status status = LB_OK;
    lb_network *network = NULL;
    LB_ALLOC(network, 1);
    network->architecture = *architecture;
    network->count = lb_architecture_parameters(network->parameters, architecture);
    for (size_t i = 0; i < network->count; i++) {
        LB_ALLOC(network->parameters[i].value, network->parameters[i].count);
    }
    *out = network;
    network = NULL;
cleanup:
    lb_network_free(network);
    return status;
}

lb_status
lb_network_create(lb_network **out, const lb_architecture *architecture, uint64_t seed,
                  lb_error *err)
{
    lb_status status = LB_OK;
    lb_network *network = NULL;
    LB_NOT_NULL(out);
    LB_NOT_NULL(architecture);
    LB_TRY(lb_architecture_check(architecture, err));
    LB_TRY(lb_network_allocate(&network, architecture, err));
    draw_values(network, 0, network->count, seed);
    *out = network;
cleanup:
    return status;
}

lb_status
lb_network_randomise(lb_network *network, size_t first, size_t end, uint64_t seed, lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(network);
    LB_TRY(check_range(network, first, end, __func__, err));
    draw_values(network, first, end, seed);
cleanup:
    return status;
}

lb_status
lb_network_restore(lb_network *network, size_t first, size_t end, const lb_network *from,
                   lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(network);
    LB_NOT_NULL(from);
    LB_TRY(check_range(network, first, end, __func__, err));
    bool same = network->count == from->count;
    for (size_t i = 0; same && i < network->count; i++) {
        same = network->parameters[i].count == from->parameters[i].count;
    }
    if (!same) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: from is of another architecture", __func__);
    }
    copy_values(network, first, end, from);
cleanup:
    return status;
}

void
lb_network_copy_values(lb_network *to, const lb_network *from)
{
    copy_values(to, 0, to->count, from);
}

lb_status
lb_network_copy(lb_network **out, const lb_network *network, lb_error *err)
{
    lb_status status = LB_OK;
    lb_network *copy = NULL;
    LB_NOT_NULL(out);
    LB_NOT_NULL(network);
    LB_TRY(lb_network_allocate(&copy, &network->architecture, err));
    lb_network_copy_values(copy, network);
    for (size_t i = 0; i < network->pairs; i++) {
        LB_TRY(lb_network_set_metadata(copy, network->keys[i], network->values[i], err));
    }
    *out = copy;
    copy = NULL;
cleanup:
    lb_network_free(copy);
    return status;
}

void
lb_network_free(lb_network *network)
{
    if (network == NULL) {
        return;
    }
    for (size_t i = 0; i < network->count; i++) {
        lb_free(network->parameters[i].value);
    }
    for (size_t i = 0; i < network->pairs; i++) {
        lb_free(network->keys[i]);
        lb_free(network->values[i]);
    }
    lb_free(network);
}

const lb_architecture *
lb_network_architecture(const lb_network *network)
{
    return &network->architecture;
}

lb_status
lb_network_replace_head(lb_network *network, size_t classes, uint64_t seed, lb_error *err)
{
    lb_status status = LB_OK;
    lb_parameter shapes[LB_MAX_PARAMETERS], weight = {.value = NULL}, bias = {.value = NULL};
    LB_NOT_NULL(network);
    lb_architecture architecture = network->architecture;
    architecture.classes = classes;
    if (classes == 0 || classes > 100000) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: %zu classes: must be 1 to 100000", __func__,
                       classes);
    }
    size_t count = lb_architecture_parameters(shapes, &architecture);
    weight = shapes[count - 2];
    bias = shapes[count - 1];
    LB_ALLOC(weight.value, weight.count);
    LB_ALLOC(bias.value, bias.count);
    initialise(&weight, seed, count - 2);
    lb_free(network->parameters[count - 2].value);
    lb_free(network->parameters[count - 1].value);
    network->parameters[count - 2] = weight;
    network->parameters[count - 1] = bias;
    network->architecture = architecture;
    weight.value = bias.value = NULL;
cleanup:
    lb_free(weight.value);
    lb_free(bias.value);
    return status;
}

size_t
lb_network_parameters(const lb_network *network)
{
    return network->count;
}

lb_parameter *
lb_network_parameter(lb_network *network, size_t index)
{
    return network != NULL && index < network->count ? &network->parameters[index] : NULL;
}

const char *
lb_network_metadata(const lb_network *network, const char *key)
{
    for (size_t i = 0; i < network->pairs; i++) {
        if (strcmp(network->keys[i], key) == 0) {
            return network->values[i];
        }
    }
    return NULL;
}

lb_status
lb_network_set_metadata(lb_network *network, const char *key, const char *value, lb_error *err)
{
    if (network == NULL || key == NULL || value == NULL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "lb_network_set_metadata: %s is NULL",
                       network == NULL ? "network"
                       : key == NULL   ? "key"
                                       : "value");
    }
    char *copy = lb_strdup(value, err);
    if (copy == NULL) {
        return err->code;
    }
    for (size_t i = 0; i < network->pairs; i++) {
        if (strcmp(network->keys[i], key) == 0) {
            lb_free(network->values[i]);
            network->values[i] = copy;
            return LB_OK;
        }
    }
    char *name = network->pairs < LB_MAX_METADATA ? lb_strdup(key, err) : NULL;
    if (name == NULL) {
        lb_free(copy);
        return lb_fail(err, LB_ERROR_MEMORY, "no room for the metadata '%s'", key);
    }
    network->keys[network->pairs] = name;
    network->values[network->pairs++] = copy;
    return LB_OK;
}

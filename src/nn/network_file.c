/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <string.h>

#include "lesionbench/safetensors.h"
#include "network.h"

typedef enum fault { MISSING, UNKNOWN, WRONG_SHAPE, WRONG_TYPE, NOT_FINITE, FAULT_KINDS } fault;

static const char *const FAULT_NAMES[FAULT_KINDS] = {"missing", "unknown", "of another shape",
                                                     "of another type", "not finite"};

/* Faults found while matching a file's tensors with the architecture, in one growing line. */
typedef struct faults {
    char text[640];
    size_t count, left_out, of_kind[FAULT_KINDS];
} faults;

LB_PRINTF(3, 4)
static void
add_fault(faults *all, fault kind, const char *format, ...)
{
    char what[300];
    size_t used = strlen(all->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    const char *between = all->count > 0 ? ", " : "";
    if (used + strlen(between) + strlen(what) < sizeof all->text) {
        snprintf(all->text + used, sizeof all->text - used, "%s%s", between, what);
    } else {
        all->left_out++;
    }
    all->count++;
    all->of_kind[kind]++;
}

static lb_status
fail_of_faults(const faults *all, const char *path, const lb_architecture *architecture,
               lb_error *err)
{
    char counts[120] = "", more[40] = "";
    for (size_t kind = 0, used = 0; kind < FAULT_KINDS; kind++) {
        if (all->of_kind[kind] > 0) {
            used += (size_t)snprintf(counts + used, sizeof counts - used, "%s%zu %s",
                                     used > 0 ? ", " : "", all->of_kind[kind], FAULT_NAMES[kind]);
        }
    }
    if (all->left_out > 0) {
        snprintf(more, sizeof more, ", and %zu more", all->left_out);
    }
    return lb_fail(err, LB_ERROR_FORMAT, "%s: does not fit VGG-%u (%s): %s%s", path,
                   architecture->depth, counts, all->text, more);
}

static void
shape_text(char *out, size_t size, const size_t *shape, size_t rank)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < rank && used < size; i++) {
        used += (size_t)snprintf(out + used, size - used, "%s%zu", i > 0 ? "x" : "", shape[i]);
    }
}

static bool
same_shape(const lb_parameter *parameter, const lb_weight *weight)
{
    return parameter->rank == weight->rank &&
           memcmp(parameter->shape, weight->shape, parameter->rank * sizeof(size_t)) == 0;
}

/* *found is the file's tensor. */
static void
compare(const lb_weight **found, lb_parameter *wanted, const lb_weights *weights, faults *all)
{
    const lb_weight *weight = lb_architecture_find(wanted, weights);
    *found = weight;
    if (weight == NULL) {
        add_fault(all, MISSING, "missing %s", wanted->name);
    } else if (!same_shape(wanted, weight)) {
        char is[96], should[96];
        shape_text(is, sizeof is, weight->shape, weight->rank);
        shape_text(should, sizeof should, wanted->shape, wanted->rank);
        add_fault(all, WRONG_SHAPE, "%s is %s instead of %s", weight->name, is, should);
    } else if (!lb_weights_is_real(weight)) {
        add_fault(all, WRONG_TYPE, "%s is of type %s instead of a floating-point one", weight->name,
                  weight->type);
    }
}

static bool
is_among(const lb_weight *const *found, size_t count, const lb_weight *weight)
{
    size_t i = 0;
    while (i < count && found[i] != weight) {
        i++;
    }
    return i < count;
}

/* The file must have the architecture's tensors and no others. This is known before memory is set
 * aside, since the shapes of a few tensors can stand for a network of any size. */
static lb_status
compare_all(const lb_weight **found, const lb_architecture *architecture, const lb_weights *weights,
            const char *path, lb_error *err)
{
    lb_parameter wanted[LB_MAX_PARAMETERS];
    size_t count = lb_architecture_parameters(wanted, architecture);
    faults all = {.count = 0};
    for (size_t i = 0; i < count; i++) {
        compare(&found[i], &wanted[i], weights, &all);
    }
    for (size_t i = 0; i < lb_weights_count(weights); i++) {
        const lb_weight *weight = lb_weights_at(weights, i);
        if (!weight->ignored && !is_among(found, count, weight)) {
            add_fault(&all, UNKNOWN, "unknown %.200s", weight->name);
        }
    }
    return all.count == 0 ? LB_OK : fail_of_faults(&all, path, architecture, err);
}

/* The values of all parameters, which must be finite. */
static lb_status
read_values(lb_network *network, const lb_weight *const *found, lb_weights *weights,
            const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    faults all = {.count = 0};
    for (size_t i = 0; i < network->count; i++) {
        const lb_parameter *parameter = &network->parameters[i];
        LB_TRY(lb_weights_read(parameter->value, weights, found[i], err));
        if (lb_first_not_finite(parameter->value, parameter->count) < parameter->count) {
            add_fault(&all, NOT_FINITE, "%s has values that are not finite", found[i]->name);
        }
    }
    if (all.count > 0) {
        LB_TRY(fail_of_faults(&all, path, &network->architecture, err));
    }
cleanup:
    return status;
}

/* What lb_network_save() writes of itself. */
static const char *const OWN_KEYS[] = {"architecture", "width"};
enum { OWN_COUNT = sizeof OWN_KEYS / sizeof *OWN_KEYS };

static bool
is_own(const char *key)
{
    for (size_t i = 0; i < OWN_COUNT; i++) {
        if (strcmp(OWN_KEYS[i], key) == 0) {
            return true;
        }
    }
    return false;
}

/* The file's metadata beside the own keys, as far as there is room. */
static lb_status
copy_metadata(lb_network *network, const lb_weights *weights, lb_error *err)
{
    lb_status status = LB_OK;
    const char *key = NULL, *value = NULL;
    for (size_t i = 0; network->pairs < LB_MAX_METADATA; i++) {
        key = lb_weights_metadata_at(&value, weights, i);
        if (key == NULL) {
            break;
        }
        if (!is_own(key)) {
            LB_TRY(lb_network_set_metadata(network, key, value, err));
        }
    }
cleanup:
    return status;
}

lb_status
lb_network_load(lb_network **out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_weights *weights = NULL;
    lb_network *network = NULL;
    lb_architecture architecture;
    const lb_weight *found[LB_MAX_PARAMETERS];
    LB_TRY(lb_weights_open(&weights, path, err));
    LB_TRY(lb_architecture_read(&architecture, weights, path, err));
    LB_TRY(compare_all(found, &architecture, weights, path, err));
    LB_TRY(lb_network_allocate(&network, &architecture, err));
    LB_TRY(read_values(network, found, weights, path, err));
    LB_TRY(copy_metadata(network, weights, err));
    *out = network;
    network = NULL;
cleanup:
    lb_network_free(network);
    lb_weights_close(weights);
    return status;
}

lb_status
lb_network_inspect(lb_architecture *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_weights *weights = NULL;
    lb_architecture architecture;
    const lb_weight *found[LB_MAX_PARAMETERS];
    LB_TRY(lb_weights_open(&weights, path, err));
    LB_TRY(lb_architecture_read(&architecture, weights, path, err));
    LB_TRY(compare_all(found, &architecture, weights, path, err));
    *out = architecture;
cleanup:
    lb_weights_close(weights);
    return status;
}

lb_status
lb_network_save(const lb_network *network, const char *path, lb_error *err)
{
    lb_tensor tensors[LB_MAX_PARAMETERS];
    const char *keys[OWN_COUNT + LB_MAX_METADATA], *values[OWN_COUNT + LB_MAX_METADATA];
    char architecture[16], width[32];
    size_t pairs = OWN_COUNT;
    snprintf(architecture, sizeof architecture, "vgg%u", network->architecture.depth);
    snprintf(width, sizeof width, "%g", (double)network->architecture.channels[0] / 64);
    keys[0] = OWN_KEYS[0], values[0] = architecture;
    keys[1] = OWN_KEYS[1], values[1] = width;
    for (size_t i = 0; i < network->count; i++) {
        const lb_parameter *parameter = &network->parameters[i];
        tensors[i] = (lb_tensor){.name = parameter->name,
                                 .rank = parameter->rank,
                                 .data = parameter->value,
                                 .type = "F32"};
        memcpy(tensors[i].shape, parameter->shape, sizeof parameter->shape);
    }
    for (size_t i = 0; i < network->pairs; i++) {
        if (!is_own(network->keys[i])) {
            keys[pairs] = network->keys[i];
            values[pairs++] = network->values[i];
        }
    }
    return lb_tensors_write(path, tensors, network->count, keys, values, pairs, err);
}

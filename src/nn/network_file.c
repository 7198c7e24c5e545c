/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <string.h>

#include "network.h"

/* Faults found while matching a file's tensors with the architecture, in one growing line. */
typedef struct faults {
    char text[700];
    size_t count;
} faults;

LB_PRINTF(2, 3)
static void
add_fault(faults *all, const char *format, ...)
{
    size_t used = strlen(all->text);
    va_list arguments;
    va_start(arguments, format);
    if (used + 1 < sizeof all->text) {
        used += (size_t)snprintf(all->text + used, sizeof all->text - used, "%s",
                                 all->count > 0 ? ", " : "");
    }
    if (used + 1 < sizeof all->text) {
        vsnprintf(all->text + used, sizeof all->text - used, format, arguments);
    }
    va_end(arguments);
    all->count++;
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
same_shape(const lb_parameter *parameter, const lb_tensor *tensor)
{
    return parameter->rank == tensor->rank &&
           memcmp(parameter->shape, tensor->shape, parameter->rank * sizeof(size_t)) == 0;
}

static void
compare(const lb_parameter *parameter, const lb_tensors *tensors, faults *all)
{
    const lb_tensor *tensor = lb_tensors_find(tensors, parameter->name);
    if (tensor == NULL) {
        add_fault(all, "missing %s", parameter->name);
    } else if (!same_shape(parameter, tensor)) {
        char is[96], should[96];
        shape_text(is, sizeof is, tensor->shape, tensor->rank);
        shape_text(should, sizeof should, parameter->shape, parameter->rank);
        add_fault(all, "%s is %s instead of %s", parameter->name, is, should);
    } else if (tensor->data == NULL) {
        add_fault(all, "%s is of type %s instead of F32", parameter->name, tensor->type);
    } else if (lb_first_not_finite(tensor->data, parameter->count) < parameter->count) {
        add_fault(all, "%s has values that are not finite", parameter->name);
    }
}

static bool
is_parameter(const lb_parameter *parameters, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(parameters[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* The file must have the architecture's tensors and no others. This is known before memory is set
 * aside, since the shapes of a few tensors can stand for a network of any size. */
static lb_status
compare_all(const lb_architecture *architecture, const lb_tensors *tensors, const char *path,
            lb_error *err)
{
    lb_parameter wanted[LB_MAX_PARAMETERS];
    size_t count = lb_architecture_parameters(wanted, architecture);
    faults all = {.count = 0};
    for (size_t i = 0; i < count; i++) {
        compare(&wanted[i], tensors, &all);
    }
    for (size_t i = 0; i < lb_tensors_count(tensors); i++) {
        const char *name = lb_tensors_at(tensors, i)->name;
        if (!is_parameter(wanted, count, name)) {
            add_fault(&all, "unknown %s", name);
        }
    }
    return all.count == 0 ? LB_OK
                          : lb_fail(err, LB_ERROR_FORMAT, "%s: does not fit VGG-%u: %s", path,
                                    architecture->depth, all.text);
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
copy_metadata(lb_network *network, const lb_tensors *tensors, lb_error *err)
{
    lb_status status = LB_OK;
    const char *key = NULL, *value = NULL;
    for (size_t i = 0; network->pairs < LB_MAX_METADATA; i++) {
        key = lb_tensors_metadata_at(&value, tensors, i);
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
    lb_tensors *tensors = NULL;
    lb_network *network = NULL;
    lb_architecture architecture;
    LB_TRY(lb_tensors_open(&tensors, path, err));
    LB_TRY(lb_architecture_read(&architecture, tensors, path, err));
    LB_TRY(compare_all(&architecture, tensors, path, err));
    LB_TRY(lb_network_allocate(&network, &architecture, err));
    for (size_t i = 0; i < network->count; i++) {
        lb_parameter *parameter = &network->parameters[i];
        const lb_tensor *tensor = lb_tensors_find(tensors, parameter->name);
        memcpy(parameter->value, tensor->data, parameter->count * sizeof *parameter->value);
    }
    LB_TRY(copy_metadata(network, tensors, err));
    *out = network;
    network = NULL;
cleanup:
    lb_network_free(network);
    lb_tensors_close(tensors);
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

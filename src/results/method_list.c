/* SPDX-License-Identifier: MIT */
/* Lists of methods as people write them: names, groups of names, and names with a control before
 * them. */
#include <stdio.h>
#include <string.h>

#include "lesionbench/explanations.h"
#include "lesionbench/settings.h"

static const char UNTRAINED[] = "untrained";

/* The index of a group, or -1. */
static int
find_group(const char *name)
{
    for (int g = 0; lb_method_groups[g] != NULL; g++) {
        if (strcmp(lb_method_groups[g], name) == 0) {
            return g;
        }
    }
    return -1;
}

static bool
contains(const lb_method *const *methods, size_t count, const lb_method *method)
{
    for (size_t i = 0; i < count; i++) {
        if (methods[i] == method) {
            return true;
        }
    }
    return false;
}

static bool
fits(const lb_method *method, size_t group, lb_method_filter filter, bool of_network)
{
    bool control = lb_method_is_control(method);
    bool has_background = (method->needs & LB_NEEDS_BACKGROUND) == 0 || filter.background;
    bool wanted = control ? !of_network && !filter.of_network : !filter.of_image;
    return lb_method_in_group(method, group) && has_background && wanted;
}

/* Appends what a name or a group stands for. What a group brings may be there already. */
static lb_status
add_named(const lb_method **methods, size_t *count, const char *name, lb_method_filter filter,
          bool of_network, lb_error *err)
{
    const lb_method *method = NULL;
    int group = find_group(name);
    for (size_t m = 0; group >= 0 && (method = lb_method_at(m)) != NULL; m++) {
        if (fits(method, (size_t)group, filter, of_network) && !contains(methods, *count, method)) {
            methods[(*count)++] = method;
        }
    }
    if (group >= 0) {
        return LB_OK;
    }
    lb_status status = lb_method_get(&method, name, err);
    if (status != LB_OK) {
        return status;
    }
    if (of_network && lb_method_is_control(method)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "'%s:%s': %s looks at no network", UNTRAINED, name,
                       name);
    }
    methods[(*count)++] = method;
    return LB_OK;
}

/* Whether a name stands twice; overlaps of groups are none of the user's mistakes. */
static lb_status
check_twice(const lb_list *list, lb_error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(list->items[i], list->items[j]) == 0) {
                return lb_fail(err, LB_ERROR_ARGUMENT, "'%s' is there twice", list->items[i]);
            }
        }
    }
    return LB_OK;
}

/* The names first, so that a group after them brings what is missing. */
static lb_status
read_items(lb_method_list *out, const lb_list *list, lb_method_filter filter, bool groups,
           bool *untrained, lb_error *err)
{
    lb_status status = LB_OK;
    const size_t length = strlen(UNTRAINED);
    for (size_t i = 0; i < list->count; i++) {
        const char *name = list->items[i];
        bool control = strncmp(name, UNTRAINED, length) == 0 &&
                       (name[length] == ':' || name[length] == '\0') && filter.controls;
        if (control && name[length] == '\0') {
            *untrained = true;
            continue;
        }
        const char *what = control ? name + length + 1 : name;
        if ((find_group(what) >= 0) != groups) {
            continue;
        }
        if (control) {
            LB_TRY(add_named(out->untrained, &out->untrained_count, what, filter, true, err));
        } else {
            LB_TRY(add_named(out->methods, &out->count, what, filter, false, err));
        }
    }
cleanup:
    return status;
}

/* `untrained` alone: all methods of networks that are named, or else the study's. */
static lb_status
add_untrained(lb_method_list *list, lb_method_filter filter, lb_error *err)
{
    bool some = false;
    for (size_t i = 0; i < list->count; i++) {
        const lb_method *method = list->methods[i];
        if (!lb_method_is_control(method)) {
            some = true;
            if (!contains(list->untrained, list->untrained_count, method)) {
                list->untrained[list->untrained_count++] = method;
            }
        }
    }
    return some ? LB_OK
                : add_named(list->untrained, &list->untrained_count, "study", filter, true, err);
}

lb_status
lb_method_list_parse(lb_method_list *out, const char *text, lb_method_filter filter, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    lb_method_list made = {0};
    size_t known = 0;
    bool untrained = false;
    while (lb_method_at(known) != NULL) {
        known++;
    }
    LB_TRY(lb_list_parse(&list, text, err));
    LB_TRY(check_twice(&list, err));
    LB_ALLOC(made.methods, known + list.count);
    LB_ALLOC(made.untrained, known + list.count);
    LB_TRY(read_items(&made, &list, filter, false, &untrained, err));
    LB_TRY(read_items(&made, &list, filter, true, &untrained, err));
    if (untrained) {
        LB_TRY(add_untrained(&made, filter, err));
    }
    *out = made;
    made = (lb_method_list){0};
cleanup:
    lb_method_list_release(&made);
    lb_list_release(&list);
    return status;
}

void
lb_method_list_release(lb_method_list *list)
{
    lb_free(list->methods);
    lb_free(list->untrained);
    *list = (lb_method_list){0};
}

/* Appends a control of the layer's parameters and all after them. */
static lb_status
add_layer(lb_explain_control *controls, size_t *count, lb_network *network, const char *layer,
          lb_error *err)
{
    size_t length = strlen(layer), parameters = lb_network_parameters(network);
    for (size_t p = 0; p < parameters; p++) {
        const char *name = lb_network_parameter(network, p)->name;
        if (strncmp(name, layer, length) == 0 && name[length] == '.') {
            lb_explain_control *control = &controls[(*count)++];
            *control = (lb_explain_control){.first_parameter = p};
            snprintf(control->name, sizeof control->name, "randomised_%s", layer);
            return LB_OK;
        }
    }
    return lb_fail(err, LB_ERROR_ARGUMENT,
                   "the network has no layer '%s' (its last is '%.*s', its first '%.*s')", layer,
                   (int)(strrchr(lb_network_parameter(network, parameters - 1)->name, '.') -
                         lb_network_parameter(network, parameters - 1)->name),
                   lb_network_parameter(network, parameters - 1)->name,
                   (int)(strrchr(lb_network_parameter(network, 0)->name, '.') -
                         lb_network_parameter(network, 0)->name),
                   lb_network_parameter(network, 0)->name);
}

/* From the last layer to the first. */
static lb_status
add_cascade(lb_explain_control *controls, size_t *count, lb_network *network, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t p = lb_network_parameters(network); p > 0; p--) {
        const lb_parameter *parameter = lb_network_parameter(network, p - 1);
        if (parameter->rank > 1) { /* a weight; its bias comes after it */
            char layer[32];
            snprintf(layer, sizeof layer, "%.*s",
                     (int)(strrchr(parameter->name, '.') - parameter->name), parameter->name);
            LB_TRY(add_layer(controls, count, network, layer, err));
        }
    }
cleanup:
    return status;
}

lb_status
lb_randomised_controls(lb_explain_control **out, size_t *count, lb_network *network,
                       const char *layers, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    lb_explain_control *controls = NULL;
    size_t made = 0;
    LB_TRY(lb_list_parse(&list, layers, err));
    LB_TRY(check_twice(&list, err));
    LB_ALLOC(controls, list.count + lb_network_parameters(network));
    for (size_t i = 0; i < list.count; i++) {
        if (strcmp(list.items[i], "cascade") == 0) {
            if (list.count > 1) {
                LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "'cascade' is all layers: name no others"));
            }
            LB_TRY(add_cascade(controls, &made, network, err));
        } else {
            LB_TRY(add_layer(controls, &made, network, list.items[i], err));
        }
    }
    *out = controls;
    *count = made;
    controls = NULL;
cleanup:
    lb_free(controls);
    lb_list_release(&list);
    return status;
}

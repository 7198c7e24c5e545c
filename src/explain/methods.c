/* SPDX-License-Identifier: MIT */
/* Methods by name: those of the table, and those that are registered from outside. */
#include <ctype.h>
#include <stdatomic.h>
#include <string.h>

#include "table.h"

const char *const lb_method_groups[] = {"study", "controls", "quick", "all", NULL};

/* Written before the first explainer is created, and only read afterwards. */
static lb_method registered[LB_MAX_REGISTERED];
static size_t registered_count;
static atomic_bool in_use;

void
lb_methods_in_use(void)
{
    atomic_store(&in_use, true);
}

const lb_method *
lb_method_at(size_t index)
{
    size_t rows = 0;
    while (lb_method_rows[rows] != NULL) {
        if (rows == index) {
            return lb_method_rows[rows];
        }
        rows++;
    }
    return index - rows < registered_count ? &registered[index - rows] : NULL;
}

const lb_method *
lb_method_find(const char *name)
{
    const lb_method *method = NULL;
    for (size_t i = 0; name != NULL && (method = lb_method_at(i)) != NULL; i++) {
        if (strcmp(name, method->name) == 0) {
            return method;
        }
    }
    return NULL;
}

lb_status
lb_method_get(const lb_method **out, const char *name, lb_error *err)
{
    const lb_method *method = lb_method_find(name), *nearest = lb_method_at(0);
    if (method != NULL) {
        *out = method;
        return LB_OK;
    }
    for (size_t i = 1; (method = lb_method_at(i)) != NULL; i++) {
        if (lb_edit_distance(name, method->name) < lb_edit_distance(name, nearest->name)) {
            nearest = method;
        }
    }
    if (2 * lb_edit_distance(name, nearest->name) > strlen(name)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "unknown method '%s' ('lesionbench help explain' lists them)", name);
    }
    return lb_fail(err, LB_ERROR_ARGUMENT, "unknown method '%s' (did you mean '%s'?)", name,
                   nearest->name);
}

bool
lb_method_is_control(const lb_method *method)
{
    return (method->flags & LB_METHOD_CONTROL) != 0;
}

const char *const *
lb_method_settings(const lb_method *method)
{
    static const char *const none[] = {NULL};
    return method->settings != NULL ? method->settings : none;
}

bool
lb_method_in_group(const lb_method *method, size_t group)
{
    enum { STUDY, CONTROLS, QUICK, ALL };
    switch (group) {
    case STUDY:
        return (method->flags & LB_METHOD_IN_STUDY) != 0;
    case CONTROLS:
        return lb_method_is_control(method);
    case QUICK:
        return (method->flags & LB_METHOD_SLOW) == 0;
    default:
        return group == ALL;
    }
}

size_t
lb_method_study_set(const lb_method **out)
{
    size_t count = 0;
    const lb_method *method = NULL;
    for (size_t i = 0; (method = lb_method_at(i)) != NULL; i++) {
        if ((method->flags & LB_METHOD_IN_STUDY) != 0) {
            if (out != NULL) {
                out[count] = method;
            }
            count++;
        }
    }
    return count;
}

static const lb_setting *
find_setting(const char *key)
{
    lb_setting_table table = lb_explain_settings();
    for (size_t s = 0; s < table.count; s++) {
        if (strcmp(table.settings[s].key, key) == 0) {
            return &table.settings[s];
        }
    }
    return NULL;
}

void
lb_method_set_defaults(const lb_method *method, lb_explain_options *options)
{
    const lb_method_default *one = method->defaults;
    for (; one != NULL && one->key != NULL; one++) {
        const lb_setting *setting = find_setting(one->key);
        void *place = (char *)options + setting->offset;
        if (setting->kind == LB_SETTING_REAL && *(double *)place == 0) {
            *(double *)place = one->value;
        } else if (setting->kind == LB_SETTING_SIZE && *(size_t *)place == 0) {
            *(size_t *)place = (size_t)one->value;
        }
    }
}

/* Names are groups in files and columns in tables, and follow a control's name and a colon. */
static lb_status
check_name(const char *name, lb_error *err)
{
    if (name == NULL || !islower((unsigned char)name[0]) ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(name)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "a method's name is '%s': must be a-z, 0-9 and _, from a letter on",
                       name != NULL ? name : "");
    }
    if (strlen(name) > LB_METHOD_NAME_LENGTH) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "the method's name '%s' has more than %d characters",
                       name, LB_METHOD_NAME_LENGTH);
    }
    if (lb_method_find(name) != NULL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "there is a method '%s' already", name);
    }
    bool reserved = strcmp(name, "untrained") == 0 || strncmp(name, "randomised_", 11) == 0;
    for (size_t g = 0; lb_method_groups[g] != NULL; g++) {
        reserved = reserved || strcmp(name, lb_method_groups[g]) == 0;
    }
    return !reserved
               ? LB_OK
               : lb_fail(err, LB_ERROR_ARGUMENT,
                         "'%s' means something else in lists of methods: take another name", name);
}

static lb_status
check_texts(const lb_method *m, lb_error *err)
{
    const struct {
        const char *what, *text;
    } TEXTS[] = {{"title", m->title}, {"summary", m->summary}, {"source", m->source}};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        const char *text = TEXTS[i].text;
        bool one_line = text != NULL && text[0] != '\0';
        for (size_t c = 0; one_line && text[c] != '\0'; c++) {
            one_line = !iscntrl((unsigned char)text[c]);
        }
        if (!one_line) {
            return lb_fail(err, LB_ERROR_ARGUMENT, "the method %s needs a %s of one line", m->name,
                           TEXTS[i].what);
        }
    }
    return LB_OK;
}

static lb_status
check_flags(const lb_method *m, lb_error *err)
{
    const unsigned own = LB_METHOD_IN_STUDY | LB_METHOD_OF_EDGES;
    const unsigned known = LB_METHOD_CONTROL | LB_METHOD_SLOW | LB_METHOD_PER_PIXEL |
                           LB_METHOD_POSITIVE | LB_METHOD_OF_GRADIENT | own;
    const unsigned needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH | LB_NEEDS_REFERENCE |
                           LB_NEEDS_PREACTIVATION | LB_NEEDS_BACKGROUND | LB_NEEDS_COPIES;
    const unsigned pixels = LB_METHOD_PER_PIXEL | LB_METHOD_POSITIVE | LB_METHOD_OF_GRADIENT;
    const char *fault = NULL;
    if ((m->flags & ~known) != 0 || (m->needs & ~needs) != 0) {
        fault = "has flags or needs that this version does not know";
    } else if ((m->flags & own) != 0) {
        fault = "has LB_METHOD_IN_STUDY or LB_METHOD_OF_EDGES, which are the library's alone";
    } else if (lb_method_is_control(m) && (m->needs != 0 || (m->flags & pixels) != 0)) {
        fault = "is a control: it needs nothing of a network, and its output is a map";
    } else if (!lb_method_is_control(m) && m->needs == 0) {
        fault = "needs nothing of a network: it is a control (LB_METHOD_CONTROL)";
    } else if ((m->flags & LB_METHOD_POSITIVE) != 0 && (m->flags & LB_METHOD_PER_PIXEL) == 0) {
        fault = "has LB_METHOD_POSITIVE without LB_METHOD_PER_PIXEL";
    } else if ((m->flags & LB_METHOD_OF_GRADIENT) != 0 && (m->needs & LB_NEEDS_FORWARD) == 0) {
        fault = "has LB_METHOD_OF_GRADIENT without LB_NEEDS_FORWARD";
    } else if ((m->needs & (LB_NEEDS_PATH | LB_NEEDS_REFERENCE | LB_NEEDS_PREACTIVATION)) != 0 &&
               (m->needs & LB_NEEDS_FORWARD) == 0) {
        fault = "needs paths or references without LB_NEEDS_FORWARD";
    }
    return fault == NULL ? LB_OK
                         : lb_fail(err, LB_ERROR_ARGUMENT, "the method %s %s", m->name, fault);
}

static lb_status
check_settings(const lb_method *m, lb_error *err)
{
    const lb_method_default *own = m->defaults;
    for (const char *const *key = lb_method_settings(m); *key != NULL; key++) {
        if (find_setting(*key) == NULL) {
            return lb_fail(err, LB_ERROR_ARGUMENT,
                           "the method %s: '%s' is no setting of lb_explain_settings()", m->name,
                           *key);
        }
    }
    for (; own != NULL && own->key != NULL; own++) {
        const lb_setting *setting = find_setting(own->key);
        bool number = setting != NULL &&
                      (setting->kind == LB_SETTING_REAL || setting->kind == LB_SETTING_SIZE);
        if (!number || !(own->value >= setting->min && own->value <= setting->max)) {
            return lb_fail(err, LB_ERROR_ARGUMENT,
                           "the method %s: its default of '%s' is of no number, or beyond its "
                           "range",
                           m->name, own->key);
        }
    }
    return LB_OK;
}

/* The descriptor as this version has it: what an older one lacks is 0. */
static lb_status
copy_method(lb_method *out, const lb_method *method, lb_error *err)
{
    const size_t least = offsetof(lb_method, data) + sizeof method->data;
    if (method == NULL || method->struct_size < least || method->struct_size > sizeof *method) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "a method's struct_size is %zu: must be sizeof(lb_method), %zu",
                       method != NULL ? method->struct_size : 0, sizeof *method);
    }
    *out = (lb_method){0};
    memcpy(out, method, method->struct_size);
    out->struct_size = sizeof *out;
    return LB_OK;
}

lb_status
lb_method_register(const lb_method *method, lb_error *err)
{
    lb_status status = LB_OK;
    lb_method made;
    LB_TRY(copy_method(&made, method, err));
    LB_TRY(check_name(made.name, err));
    LB_TRY(check_texts(&made, err));
    if (made.attribute == NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "the method %s has no attribute()", made.name));
    }
    LB_TRY(check_flags(&made, err));
    LB_TRY(check_settings(&made, err));
    if (atomic_load(&in_use)) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "the method %s comes too late: register methods before the first "
                       "explanation",
                       made.name));
    }
    if (registered_count == LB_MAX_REGISTERED) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "the method %s: %d are registered, no more fit",
                       made.name, LB_MAX_REGISTERED));
    }
    registered[registered_count++] = made;
cleanup:
    return status;
}

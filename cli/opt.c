/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <omp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/paths.h"

const char *const OPT_SPLITS[] = {"train", "validation", "holdout", NULL};

static const lb_setting COMMON_ROWS[] = {
    {"threads", LB_SETTING_SIZE, offsetof(cli, threads), 1, 4096, "threads to use", NULL},
    {"quiet", LB_SETTING_FLAG, offsetof(cli, quiet), 0, 0, "no progress", NULL},
    {"no_provenance", LB_SETTING_FLAG, offsetof(cli, no_provenance), 0, 0,
     "leave command line and versions out of files", NULL},
};

enum { NAME_LENGTH = 64, MAX_OPTIONS = 64 };

/* learning_rate -> learning-rate */
static void
option_name(char out[NAME_LENGTH], const lb_setting *setting)
{
    snprintf(out, NAME_LENGTH, "%s", setting->key);
    for (char *c = out; *c != '\0'; c++) {
        *c = *c == '_' ? '-' : *c;
    }
}

/* The groups of a spec and, last, the common one; false past the end. */
static bool
group_at(opt_group *out, cli *self, const opt_spec *spec, size_t index)
{
    size_t own = 0;
    while (own < OPT_MAX_GROUPS && spec->groups[own].table.count > 0) {
        own++;
    }
    if (index > own) {
        return false;
    }
    *out = index < own ? spec->groups[index] : (opt_group){LB_SETTING_TABLE(COMMON_ROWS), self};
    return true;
}

/* A list also answers to its singular. */
static bool
has_name(const lb_setting *setting, const char *name, size_t length)
{
    char own[NAME_LENGTH];
    option_name(own, setting);
    size_t whole = strlen(own);
    bool singular = setting->kind == LB_SETTING_LIST && own[whole - 1] == 's';
    return (length == whole || (singular && length == whole - 1)) &&
           strncmp(own, name, length) == 0;
}

static const lb_setting *
find_option(void **target, cli *self, const opt_spec *spec, const char *name, size_t length)
{
    opt_group group;
    for (size_t i = 0; group_at(&group, self, spec, i); i++) {
        for (size_t j = 0; j < group.table.count; j++) {
            if (has_name(&group.table.settings[j], name, length)) {
                *target = group.target;
                return &group.table.settings[j];
            }
        }
    }
    return NULL;
}

static const char *
value_name(lb_setting_kind kind)
{
    switch (kind) {
    case LB_SETTING_SIZE:
    case LB_SETTING_U32:
    case LB_SETTING_U64:
        return "N";
    case LB_SETTING_REAL:
        return "X";
    case LB_SETTING_CHANNELS:
        return "X|R,G,B";
    case LB_SETTING_LIST:
        return "A,B,..";
    case LB_SETTING_DEGREE:
        return "1|2|3|4|all";
    case LB_SETTING_OPTIMIZER:
        return "sgd|adam|adamw";
    case LB_SETTING_FLAG:
        return "";
    case LB_SETTING_TEXT:
    case LB_SETTING_CHOICE:
        break;
    }
    return "VALUE";
}

static bool
is_number(const lb_setting *setting)
{
    return setting->kind == LB_SETTING_SIZE || setting->kind == LB_SETTING_U32 ||
           setting->kind == LB_SETTING_U64 || setting->kind == LB_SETTING_REAL ||
           setting->kind == LB_SETTING_CHANNELS;
}

/* " (1 to 4096)"; what is beyond 1e9 is no bound that anybody meets. */
static void
print_range(const lb_setting *setting)
{
    if (is_number(setting) && setting->max >= 1e9) {
        printf(" (at least %.10g)", setting->min);
    } else if (is_number(setting)) {
        printf(" (%.10g to %.10g)", setting->min, setting->max);
    }
}

void
opt_print_setting(const char *left, const lb_setting *setting, const void *target)
{
    lb_error ignored;
    printf("  %-34s %s", left, setting->help);
    for (size_t i = 0; setting->kind == LB_SETTING_CHOICE && setting->choices[i] != NULL; i++) {
        printf("%s%s", i == 0 ? ": " : ", ", setting->choices[i]);
    }
    print_range(setting);
    char *value = target != NULL ? lb_setting_print(target, setting, &ignored) : NULL;
    if (value != NULL && value[0] != '\0' && setting->kind == LB_SETTING_REAL) {
        printf(" [%g]", strtod(value, NULL)); /* the written form may have 17 digits */
    } else if (value != NULL && value[0] != '\0') {
        printf(" [%s]", value);
    }
    lb_free(value);
    putchar('\n');
}

static void
print_option(const lb_setting *setting, const void *target)
{
    char name[NAME_LENGTH], left[NAME_LENGTH * 2];
    option_name(name, setting);
    snprintf(left, sizeof left, "--%s %s%s", name, value_name(setting->kind),
             strcmp(name, "output") == 0 ? ", -o" : "");
    bool untold = setting->kind == LB_SETTING_FLAG || strcmp(name, "threads") == 0;
    opt_print_setting(left, setting, untold ? NULL : target);
}

/* The setting that --json stands for; NULL where this command knows no JSON. */
static const lb_setting *
find_format(void **target, cli *self, const opt_spec *spec)
{
    const lb_setting *format = find_option(target, self, spec, "format", strlen("format"));
    for (size_t i = 0; format != NULL && format->choices != NULL && format->choices[i]; i++) {
        if (strcmp(format->choices[i], "json") == 0) {
            return format;
        }
    }
    return NULL;
}

static void
print_help(cli *self, const opt_spec *spec)
{
    void *target = NULL;
    printf("usage: %s\n", spec->usage);
    if (spec->help != NULL) {
        printf("\n%s\n", spec->help);
    }
    opt_group group;
    printf("\noptions (range) [default]:\n");
    for (size_t i = 0; group_at(&group, self, spec, i); i++) {
        for (size_t j = 0; j < group.table.count; j++) {
            print_option(&group.table.settings[j], group.target);
        }
    }
    if (find_format(&target, self, spec) != NULL) {
        printf("  %-34s %s\n", "--json", "the same as --format json");
    }
    printf("  %-34s %s\n", "--help, -h", "this text");
}

static lb_status
unknown_option(cli *self, const opt_spec *spec, const char *text, lb_error *err)
{
    char names[MAX_OPTIONS][NAME_LENGTH + 2];
    const char *pointers[MAX_OPTIONS];
    size_t count = 0;
    opt_group group;
    for (size_t i = 0; group_at(&group, self, spec, i); i++) {
        for (size_t j = 0; j < group.table.count && count < MAX_OPTIONS; j++, count++) {
            char name[NAME_LENGTH];
            option_name(name, &group.table.settings[j]);
            snprintf(names[count], sizeof names[count], "--%s", name);
            pointers[count] = names[count];
        }
    }
    return opt_unknown(self, "option", text, pointers, count, err);
}

/* The items of a list so far, with these; NULL with err set. */
static const char *
join_list(cli *self, const lb_setting *setting, const char *value, lb_error *err)
{
    enum { LISTS = sizeof self->lists / sizeof *self->lists };
    size_t i = 0;
    while (i < LISTS && self->lists[i].setting != NULL && self->lists[i].setting != setting) {
        i++;
    }
    if (i == LISTS) {
        lb_fail(err, LB_ERROR_ARGUMENT, "too many lists");
        return NULL;
    }
    char *text = self->lists[i].text;
    self->lists[i].setting = setting;
    self->lists[i].text =
        text != NULL ? lb_format(err, "%s,%s", text, value) : lb_format(err, "%s", value);
    lb_free(text);
    return self->lists[i].text;
}

/* Reads the option at argv[*index] and its value, moving *index to the last one used. */
static lb_status
take_option(cli *self, const opt_spec *spec, int argc, char **argv, int *index, lb_error *err)
{
    char *text = argv[*index];
    const char *name = strcmp(text, "-o") == 0 ? "output" : text + 2;
    if (text[1] != '-' && name == text + 2) {
        return unknown_option(self, spec, text, err);
    }
    size_t length = strcspn(name, "=");
    void *target = NULL;
    if (strcmp(name, "json") == 0 && find_format(&target, self, spec) != NULL) {
        return lb_setting_read(target, find_format(&target, self, spec), "json", err);
    }
    const lb_setting *setting = find_option(&target, self, spec, name, length);
    if (setting == NULL && name != text + 2) {
        return opt_wrong(self, err, "this command knows no -o");
    }
    if (setting == NULL) {
        text[2 + length] = '\0'; /* without its value */
        return unknown_option(self, spec, text, err);
    }
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    if (setting->kind == LB_SETTING_FLAG) {
        value = value != NULL ? value : "true";
    } else if (value == NULL) {
        if (*index + 1 >= argc) {
            return opt_wrong(self, err, "%s needs a value", text);
        }
        value = argv[++*index];
    }
    if (setting->kind == LB_SETTING_LIST && value[0] != '\0') {
        value = join_list(self, setting, value, err);
        if (value == NULL) {
            return err->code;
        }
    }
    if (lb_setting_read(target, setting, value, err) != LB_OK) {
        self->wrong_usage = true;
        return lb_fail_context(err, "--%.*s", (int)length, name);
    }
    return LB_OK;
}

/* Refuses an output that names a file which another option or an operand names, before it is lost.
 */
static lb_status
check_output(cli *self, const opt_spec *spec, size_t operands, char **argv, lb_error *err)
{
    void *target = NULL;
    const lb_setting *row = find_option(&target, self, spec, "output", strlen("output"));
    if (row == NULL) {
        return LB_OK;
    }
    const void *named = (const char *)target + row->offset;
    const char *output = *(const char *const *)named;
    opt_group group;
    for (size_t i = 0; output != NULL && group_at(&group, self, spec, i); i++) {
        for (size_t j = 0; j < group.table.count; j++) {
            const lb_setting *other = &group.table.settings[j];
            const void *place = (const char *)group.target + other->offset;
            const char *value = other->kind == LB_SETTING_TEXT ? *(const char *const *)place : NULL;
            if (other != row && value != NULL &&
                (lb_path_is_same(output, value) || strcmp(output, value) == 0)) {
                return opt_wrong(self, err, "--output and --%s name the same file: %s", other->key,
                                 value);
            }
        }
    }
    for (size_t i = 1; output != NULL && i <= operands; i++) {
        if (lb_path_is_same(output, argv[i])) {
            return opt_wrong(self, err, "--output names what is read: %s", argv[i]);
        }
    }
    return LB_OK;
}

lb_status
opt_parse(size_t *operands, cli *self, const opt_spec *spec, int argc, char **argv, lb_error *err)
{
    size_t count = 0;
    bool only_operands = false;
    for (int i = 1; i < argc; i++) {
        if (!only_operands && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
            print_help(self, spec);
            self->help = true;
            return LB_OK;
        }
    }
    for (int i = 1; i < argc; i++) {
        if (!only_operands && strcmp(argv[i], "--") == 0) {
            only_operands = true;
        } else if (only_operands || argv[i][0] != '-' || argv[i][1] == '\0') {
            argv[++count] = argv[i];
        } else {
            lb_status status = take_option(self, spec, argc, argv, &i, err);
            if (status != LB_OK) {
                return status;
            }
        }
    }
    if (count > spec->max_operands) {
        return opt_wrong(self, err, "'%s' is one argument too many", argv[spec->max_operands + 1]);
    }
    if (count < spec->min_operands) {
        return opt_wrong(self, err, "an argument is missing: %s", spec->usage);
    }
    lb_status fits = check_output(self, spec, count, argv, err);
    if (fits != LB_OK) {
        return fits;
    }
    *operands = count;
    omp_set_num_threads((int)self->threads);
    if (self->no_provenance) {
        self->context.command_line = NULL;
    }
    return LB_OK;
}

bool
opt_given(int argc, char **argv, const char *option)
{
    size_t length = strlen(option);
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], option, length) == 0 &&
            (argv[i][length] == '\0' || argv[i][length] == '=')) {
            return true;
        }
    }
    return false;
}

lb_status
opt_wrong(cli *self, lb_error *err, const char *format, ...)
{
    va_list arguments;
    self->wrong_usage = true;
    va_start(arguments, format);
    lb_status status = lb_fail_list(err, LB_ERROR_ARGUMENT, format, arguments);
    va_end(arguments);
    return status;
}

lb_status
opt_need(cli *self, const void *value, const char *option, lb_error *err)
{
    return value != NULL ? LB_OK : opt_wrong(self, err, "%s is missing", option);
}

lb_status
opt_unknown(cli *self, const char *what, const char *text, const char *const *names, size_t count,
            lb_error *err)
{
    const char *near = lb_nearest(text, names, count);
    if (near == NULL) {
        return opt_wrong(self, err, "unknown %s '%s'", what, text);
    }
    return opt_wrong(self, err, "unknown %s '%s'; did you mean '%s'?", what, text, near);
}

/* SPDX-License-Identifier: MIT */
/* From YAML to the plan. libcyaml checks the shape (sections, keys, texts and lists); it reads
 * every value as text, since its own numbers accept "3x" and wrap at -1, and the tables of settings
 * check the values. */
#include "plan.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cyaml/cyaml.h>

/* A value as libcyaml leaves it: a text or a list, NULL where the file does not have it. */
typedef struct raw_value {
    char *text;
    char **items;
    unsigned item_count;
} raw_value;

typedef struct raw_section {
    raw_value *values; /* of the section's settings, in the order of its parts */
    unsigned count;    /* of a sequence of sections; else unused */
} raw_section;

enum { MAX_SECTIONS = 8, MAX_FIELDS = 80 };

/* The schema that the parts ask for. Kept together, since its pieces point at each other. */
typedef struct schema {
    cyaml_schema_value_t item, entry[MAX_SECTIONS], root;
    cyaml_schema_field_t sections[MAX_SECTIONS + 1];
    cyaml_schema_field_t fields[MAX_SECTIONS][MAX_FIELDS + 1];
    size_t section_count;
    size_t field_count[MAX_SECTIONS];
} schema;

/* What libcyaml's log says of an error: the first line, then a backtrace from the inside out. */
typedef struct complaint {
    char what[256];
    char key[128];
    unsigned line; /* 1-based, 0 unknown */
} complaint;

static void
listen(cyaml_log_t level, void *data, const char *format, va_list arguments)
{
    (void)level;
    complaint *heard = data;
    char line[512];
    vsnprintf(line, sizeof line, format, arguments);
    line[strcspn(line, "\n")] = '\0';
    const char *text = strncmp(line, "Load: ", 6) == 0 ? line + 6 : line;
    const char *place = strstr(text, "(line: ");
    if (heard->what[0] == '\0') {
        snprintf(heard->what, sizeof heard->what, "%.255s", text);
    } else if (place != NULL && heard->line == 0) {
        heard->line = (unsigned)strtoul(place + strlen("(line: "), NULL, 10);
    }
    if (heard->key[0] == '\0' && strstr(text, "in mapping field '") != NULL) {
        const char *key = strchr(text, '\'') + 1;
        snprintf(heard->key, sizeof heard->key, "%.*s", (int)strcspn(key, "'"), key);
    }
}

static cyaml_schema_value_t
text_schema(void)
{
    cyaml_schema_value_t value = {
        .type = CYAML_STRING, .flags = CYAML_FLAG_POINTER, .data_size = sizeof(char)};
    value.string.min = 0;
    value.string.max = CYAML_UNLIMITED;
    return value;
}

static void
add_field(schema *made, size_t section, const lb_setting *setting)
{
    size_t index = made->field_count[section]++;
    assert(index < MAX_FIELDS); /* the last field ends the list */
    cyaml_schema_field_t *field = &made->fields[section][index];
    size_t offset = index * sizeof(raw_value);
    *field = (cyaml_schema_field_t){.key = setting->key, .value = text_schema()};
    field->value.flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL;
    field->data_offset = (uint32_t)(offset + offsetof(raw_value, text));
    if (setting->kind == LB_SETTING_LIST) {
        field->value.type = CYAML_SEQUENCE;
        field->value.data_size = sizeof(char *);
        field->value.sequence.entry = &made->item;
        field->value.sequence.min = 1;
        field->value.sequence.max = 1000;
        field->data_offset = (uint32_t)(offset + offsetof(raw_value, items));
        field->count_offset = (uint32_t)(offset + offsetof(raw_value, item_count));
        field->count_size = sizeof(unsigned);
    }
}

static void
add_section(schema *made, const char *name)
{
    size_t index = made->section_count++;
    cyaml_schema_field_t *field = &made->sections[index];
    bool sequence = strcmp(name, PLAN_CORPORA) == 0;
    *field = (cyaml_schema_field_t){.key = name};
    field->data_offset = (uint32_t)(index * sizeof(raw_section) + offsetof(raw_section, values));
    field->value.flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL;
    if (sequence) {
        made->entry[index].type = CYAML_MAPPING;
        made->entry[index].mapping.fields = made->fields[index];
        field->value.type = CYAML_SEQUENCE;
        field->value.sequence.entry = &made->entry[index];
        field->value.sequence.min = 1;
        field->value.sequence.max = 100;
        field->count_offset =
            (uint32_t)(index * sizeof(raw_section) + offsetof(raw_section, count));
        field->count_size = sizeof(unsigned);
    } else {
        field->value.type = CYAML_MAPPING;
        field->value.mapping.fields = made->fields[index];
    }
}

static void
make_schema(schema *made, const plan_part parts[PLAN_PARTS])
{
    *made = (schema){.item = text_schema()};
    for (size_t i = 0; i < PLAN_PARTS; i++) {
        if (i == 0 || strcmp(parts[i].section, parts[i - 1].section) != 0) {
            add_section(made, parts[i].section);
        }
        for (size_t j = 0; j < parts[i].table.count; j++) {
            add_field(made, made->section_count - 1, &parts[i].table.settings[j]);
        }
    }
    for (size_t i = 0; i < made->section_count; i++) {
        uint32_t size = (uint32_t)(made->field_count[i] * sizeof(raw_value));
        made->entry[i].data_size = size;
        made->sections[i].value.data_size = size;
    }
    made->root.type = CYAML_MAPPING;
    made->root.flags = CYAML_FLAG_POINTER;
    made->root.data_size = MAX_SECTIONS * sizeof(raw_section);
    made->root.mapping.fields = made->sections;
}

/* The line (1-based) of `key:` at or after the line `from`; 0 where there is none. */
static unsigned
find_key(const char *text, const char *key, unsigned from)
{
    unsigned line = 1;
    size_t length = strlen(key);
    for (const char *c = text; *c != '\0'; c++) {
        bool starts = c == text || strchr(" \t\n-{,\"'", c[-1]) != NULL;
        const char *after = c + length;
        if (line >= from && starts && strncmp(c, key, length) == 0) {
            after += *after == '"' || *after == '\'';
            if (*after == ':') {
                return line;
            }
        }
        if (*c == '#') {
            c += strcspn(c, "\n");
            c -= *c == '\0';
        }
        line += *c == '\n';
    }
    return 0;
}

/* The line of the entry-th item (0-based) of the sequence that starts after the line `from`. */
static unsigned
find_entry(const char *text, unsigned from, size_t entry)
{
    unsigned line = 1;
    for (const char *c = text; *c != '\0'; c += strcspn(c, "\n"), c += *c == '\n', line++) {
        const char *first = c + strspn(c, " \t");
        if (line > from && first[0] == '-' && isspace((unsigned char)first[1]) && entry-- == 0) {
            return line;
        }
    }
    return from;
}

unsigned
plan_find_line(const char *text, const char *section, size_t entry, const char *key)
{
    unsigned line = find_key(text, section, 1);
    if (line == 0) {
        return 0;
    }
    if (strcmp(section, PLAN_CORPORA) == 0) {
        line = find_entry(text, line, entry);
    }
    return find_key(text, key, line);
}

static const char *
nearest_key(const schema *made, const char *unknown)
{
    const char *names[MAX_SECTIONS * (MAX_FIELDS + 1)];
    size_t count = 0;
    for (size_t i = 0; i < made->section_count; i++) {
        names[count++] = made->sections[i].key;
        for (size_t j = 0; j < made->field_count[i]; j++) {
            names[count++] = made->fields[i][j].key;
        }
    }
    return lb_nearest(unknown, names, count);
}

static lb_status
fail_shape(const complaint *heard, const schema *made, const char *name, const char *text,
           const char *reason, lb_error *err)
{
    static const char UNKNOWN[] = "Unexpected key: ";
    if (strncmp(heard->what, UNKNOWN, strlen(UNKNOWN)) == 0) {
        const char *key = heard->what + strlen(UNKNOWN);
        const char *near = nearest_key(made, key);
        /* libcyaml's line is that of the last token it had accepted. */
        unsigned line = find_key(text, key, heard->line);
        return lb_fail(err, LB_ERROR_FORMAT, "%s:%u: unknown key '%s'%s%s%s", name,
                       line != 0 ? line : heard->line, key, near != NULL ? "; did you mean '" : "",
                       near != NULL ? near : "", near != NULL ? "'?" : "");
    }
    const char *what = heard->what[0] != '\0' ? heard->what : reason;
    if (heard->key[0] == '\0') {
        return lb_fail(err, LB_ERROR_FORMAT, "%s:%u: %s", name, heard->line, what);
    }
    return lb_fail(err, LB_ERROR_FORMAT, "%s:%u: key '%s': %s", name, heard->line, heard->key,
                   what);
}

/* Lists become items between commas, as on the command line. */
static char *
join(char *const *items, size_t count, lb_error *err)
{
    size_t length = 1;
    for (size_t i = 0; i < count; i++) {
        length += strlen(items[i]) + 1;
    }
    char *text = lb_alloc(length, 1, err);
    for (size_t i = 0, used = 0; text != NULL && i < count; i++) {
        used += (size_t)snprintf(text + used, length - used, "%s%s", i > 0 ? "," : "", items[i]);
    }
    return text;
}

static lb_status
take_value(lb_study *study, void *place, const lb_setting *setting, const raw_value *raw,
           lb_error *err)
{
    if (raw->text == NULL && raw->items == NULL) {
        return LB_OK;
    }
    if (raw->items == NULL) {
        const char *kept = plan_keep_text(study, raw->text, err);
        return kept != NULL ? lb_setting_read(place, setting, kept, err) : err->code;
    }
    char *joined = join(raw->items, raw->item_count, err);
    const char *kept = joined != NULL ? plan_keep_text(study, joined, err) : NULL;
    lb_free(joined);
    return kept != NULL ? lb_setting_read(place, setting, kept, err) : err->code;
}

/* One section, or one entry of a sequence of sections (then `entry` is its index, else 0). */
static lb_status
take_section(lb_study *study, const plan_part parts[PLAN_PARTS], const char *section, size_t entry,
             const raw_value *raw, const char *name, const char *text, lb_error *err)
{
    for (size_t i = 0; i < PLAN_PARTS; i++) {
        if (strcmp(parts[i].section, section) != 0) {
            continue;
        }
        void *place = plan_place(study, &parts[i], study->corpora + entry);
        for (size_t j = 0; j < parts[i].table.count; j++, raw++) {
            const lb_setting *setting = &parts[i].table.settings[j];
            if (take_value(study, place, setting, raw, err) != LB_OK) {
                return lb_fail_context(err, "%s:%u: %s.%s", name,
                                       plan_find_line(text, section, entry, setting->key), section,
                                       setting->key);
            }
        }
    }
    return LB_OK;
}

static lb_status
take_all(lb_study *study, const plan_part parts[PLAN_PARTS], const schema *made,
         const raw_section *sections, const char *name, const char *text, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; i < made->section_count; i++) {
        const char *section = made->sections[i].key;
        size_t entries = sections[i].values != NULL ? 1 : 0;
        if (made->sections[i].value.type == CYAML_SEQUENCE && entries > 0) {
            entries = sections[i].count;
            LB_ALLOC(study->corpora, entries);
            study->corpus_count = entries;
            for (size_t j = 0; j < entries; j++) {
                plan_corpus_defaults(&study->corpora[j]);
            }
        }
        for (size_t j = 0; j < entries; j++) {
            LB_TRY(take_section(study, parts, section, j,
                                sections[i].values + j * made->field_count[i], name, text, err));
        }
    }
cleanup:
    return status;
}

lb_status
plan_read_yaml(lb_study *study, const char *name, const char *text, size_t length, lb_error *err)
{
    lb_status status = LB_OK;
    schema *made = NULL;
    raw_section *sections = NULL;
    complaint heard = {.line = 0};
    cyaml_config_t config = {
        .log_fn = listen, .log_ctx = &heard, .mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR};
    plan_part parts[PLAN_PARTS];
    plan_parts(parts);
    LB_ALLOC(made, 1);
    make_schema(made, parts);
    cyaml_err_t result = cyaml_load_data((const uint8_t *)text, length, &config, &made->root,
                                         (cyaml_data_t **)&sections, NULL);
    if (result != CYAML_OK) {
        LB_TRY(fail_shape(&heard, made, name, text, cyaml_strerror(result), err));
    }
    if (sections != NULL) {
        LB_TRY(take_all(study, parts, made, sections, name, text, err));
    }
cleanup:
    if (made != NULL) {
        cyaml_free(&config, &made->root, sections, 0);
    }
    lb_free(made);
    return status;
}

/* SPDX-License-Identifier: MIT */
/* From YAML to the plan. libyaml gives the document, with the line of every node; sections, keys
 * and the shapes of values are checked here, the values themselves by the tables of settings, since
 * a YAML number may be "3x" or 1_000 to one reader and something else to another. */
#include "plan.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <yaml.h>

#include "lesionbench/yaml_values.h"

enum { MAX_CORPORA = 100, MAX_ITEMS = 1000 };

const char *const PLAN_VERSIONS[] = {"0.1", "0.2", NULL};

/* What is read: the document and its name, for messages. */
typedef struct source {
    const char *name;
    yaml_document_t *document;
    const plan_part *parts;
} source;

static unsigned
line_of(const yaml_node_t *node)
{
    return (unsigned)node->start_mark.line + 1;
}

static yaml_node_t *
node_at(const source *from, int index)
{
    return yaml_document_get_node(from->document, index);
}

static const char *
text_of(const yaml_node_t *node)
{
    return (const char *)node->data.scalar.value;
}

/* Nothing, or YAML's words for it, unless in quotes. */
static bool
is_nothing(const yaml_node_t *node)
{
    static const char *const WORDS[] = {"", "~", "null", "Null", "NULL"};
    if (node->type != YAML_SCALAR_NODE || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE) {
        return false;
    }
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        if (strcmp(text_of(node), WORDS[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The first key of a mapping that has this text; NULL where there is none. */
static const yaml_node_pair_t *
find_pair(const source *from, const yaml_node_t *mapping, const char *key)
{
    for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        const yaml_node_t *node = node_at(from, pair->key);
        if (node->type == YAML_SCALAR_NODE && strcmp(text_of(node), key) == 0) {
            return pair;
        }
    }
    return NULL;
}

/* Every key is a word, and stands once. */
static lb_status
check_keys(const source *from, const yaml_node_t *mapping, const char *section, lb_error *err)
{
    for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = node_at(from, pair->key);
        if (key->type != YAML_SCALAR_NODE) {
            return lb_fail(err, LB_ERROR_FORMAT, "%s:%u: a key must be one word", from->name,
                           line_of(key));
        }
        const yaml_node_pair_t *first = find_pair(from, mapping, text_of(key));
        if (first != pair) {
            return lb_fail(err, LB_ERROR_FORMAT, "%s:%u: %s%s%.80s stands twice, first on line %u",
                           from->name, line_of(key), section, section[0] != '\0' ? "." : "",
                           text_of(key), line_of(node_at(from, first->key)));
        }
    }
    return LB_OK;
}

static bool
is_section(const source *from, const char *name)
{
    for (size_t i = 0; i < PLAN_PARTS; i++) {
        if (strcmp(from->parts[i].section, name) == 0) {
            return true;
        }
    }
    return false;
}

/* The first section, other than `but`, that has the key; NULL where none has. */
static const char *
section_with(const source *from, const char *key, const char *but)
{
    for (size_t i = 0; i < PLAN_PARTS; i++) {
        for (size_t j = 0; j < from->parts[i].table.count; j++) {
            if (strcmp(from->parts[i].table.settings[j].key, key) == 0 &&
                strcmp(from->parts[i].section, but) != 0) {
                return from->parts[i].section;
            }
        }
    }
    return NULL;
}

/* The name of a section (section NULL), or the section's key, that is nearest; NULL: none is near.
 */
static const char *
nearest(const source *from, const char *text, const char *section)
{
    const char *names[PLAN_PARTS + 256];
    size_t count = 0;
    for (size_t i = 0; i < PLAN_PARTS; i++) {
        if (section == NULL) {
            names[count++] = from->parts[i].section;
        }
        for (size_t j = 0; section != NULL && j < from->parts[i].table.count; j++) {
            if (strcmp(from->parts[i].section, section) == 0) {
                assert(count < sizeof names / sizeof *names);
                names[count++] = from->parts[i].table.settings[j].key;
            }
        }
    }
    return lb_nearest(text, names, count);
}

static lb_status
fail_unknown_key(const source *from, const yaml_node_t *key, const char *section, lb_error *err)
{
    const char *text = text_of(key), *near = nearest(from, text, section);
    const char *other = section_with(from, text, section);
    char hint[160] = "";
    if (is_section(from, text)) {
        snprintf(hint, sizeof hint, "; it is a section: begin it at the left margin");
    } else if (other != NULL) {
        snprintf(hint, sizeof hint, "; it belongs in the section '%s'", other);
    } else if (near != NULL) {
        snprintf(hint, sizeof hint, "; did you mean '%s'?", near);
    } else if (strcmp(text, "<<") == 0) {
        snprintf(hint, sizeof hint, ": merge keys are not read, write the keys out");
    }
    return lb_fail(err, LB_ERROR_FORMAT, "%s:%u: unknown key '%.80s' in the section '%s'%s",
                   from->name, line_of(key), text, section, hint);
}

static lb_status
fail_unknown_section(const source *from, const yaml_node_t *key, lb_error *err)
{
    const char *text = text_of(key), *near = nearest(from, text, NULL);
    const char *other = section_with(from, text, "");
    char hint[160] = "";
    if (other != NULL) {
        snprintf(hint, sizeof hint, "; it is a key of the section '%s'", other);
    } else if (near != NULL) {
        snprintf(hint, sizeof hint, "; did you mean '%s'?", near);
    }
    return lb_fail(err, LB_ERROR_FORMAT, "%s:%u: unknown section '%.80s'%s", from->name,
                   line_of(key), text, hint);
}

/* Whether the key is one of the section's. */
static bool
has_key(const source *from, const char *section, const char *key)
{
    for (size_t i = 0; i < PLAN_PARTS; i++) {
        for (size_t j = 0; j < from->parts[i].table.count; j++) {
            if (strcmp(from->parts[i].section, section) == 0 &&
                strcmp(from->parts[i].table.settings[j].key, key) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* Lists become items between commas, as on the command line; *out is the study's. */
static lb_status
join(const char **out, lb_study *study, const source *from, const yaml_node_t *list, lb_error *err)
{
    lb_status status = LB_OK;
    char *text = NULL;
    size_t length = 1, used = 0, count = 0;
    const yaml_node_item_t *items = list->data.sequence.items.start;
    count = (size_t)(list->data.sequence.items.top - items);
    if (count == 0 || count > MAX_ITEMS) {
        LB_TRY(
            lb_fail(err, LB_ERROR_FORMAT, "has %zu items: must be 1 to %d", count, (int)MAX_ITEMS));
    }
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *item = node_at(from, items[i]);
        if (item->type != YAML_SCALAR_NODE || is_nothing(item)) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "item %zu of the list must be one value", i + 1));
        }
        if (strchr(text_of(item), ',') != NULL) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "item %zu of the list, '%.80s', has a comma in it",
                           i + 1, text_of(item)));
        }
        length += strlen(text_of(item)) + 1;
    }
    LB_ALLOC(text, length);
    for (size_t i = 0; i < count; i++) {
        used += (size_t)snprintf(text + used, length - used, "%s%s", i > 0 ? "," : "",
                                 text_of(node_at(from, items[i])));
    }
    *out = plan_keep_text(study, text, err);
    status = *out != NULL ? LB_OK : err->code;
cleanup:
    lb_free(text);
    return status;
}

static lb_status
take_value(lb_study *study, void *place, const lb_setting *setting, const source *from,
           const yaml_node_t *value, lb_error *err)
{
    const char *kept = NULL;
    bool channels = setting->kind == LB_SETTING_CHANNELS && value->type == YAML_SEQUENCE_NODE;
    bool list = setting->kind == LB_SETTING_LIST || channels;
    if (is_nothing(value)) {
        return lb_fail(err, LB_ERROR_FORMAT, "has no value (leave the key out for its default)");
    }
    if (value->type == YAML_MAPPING_NODE) {
        return lb_fail(err, LB_ERROR_FORMAT, "takes %s, not keys of its own",
                       list ? "a list" : "one value");
    }
    if (list && value->type == YAML_SCALAR_NODE) {
        return lb_fail(err, LB_ERROR_FORMAT, "takes a list: write [%.80s]", text_of(value));
    }
    if (!list && value->type == YAML_SEQUENCE_NODE) {
        return lb_fail(err, LB_ERROR_FORMAT, "takes one value, not a list");
    }
    lb_status status = LB_OK;
    if (list) {
        status = join(&kept, study, from, value, err);
    } else {
        kept = plan_keep_text(study, text_of(value), err);
        status = kept != NULL ? LB_OK : err->code;
    }
    return status == LB_OK ? lb_setting_read(place, setting, kept, err) : status;
}

/* One section, or one entry of a sequence of sections (then `entry` is its index, else 0). */
static lb_status
take_section(lb_study *study, const source *from, const char *section, size_t entry,
             const yaml_node_t *mapping, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(check_keys(from, mapping, section, err));
    for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = node_at(from, pair->key);
        if (!has_key(from, section, text_of(key))) {
            LB_TRY(fail_unknown_key(from, key, section, err));
        }
    }
    for (size_t i = 0; i < PLAN_PARTS; i++) {
        const plan_part *part = &from->parts[i];
        void *place = plan_place(study, part, study->corpora + entry);
        for (size_t j = 0; strcmp(part->section, section) == 0 && j < part->table.count; j++) {
            const lb_setting *setting = &part->table.settings[j];
            const yaml_node_pair_t *pair = find_pair(from, mapping, setting->key);
            if (pair != NULL &&
                take_value(study, place, setting, from, node_at(from, pair->value), err) != LB_OK) {
                LB_TRY(lb_fail_context(err, "%s:%u: %s.%s", from->name,
                                       line_of(node_at(from, pair->key)), section, setting->key));
            }
        }
    }
cleanup:
    return status;
}

static lb_status
take_corpora(lb_study *study, const source *from, const yaml_node_t *list, lb_error *err)
{
    lb_status status = LB_OK;
    const yaml_node_item_t *items = list->data.sequence.items.start;
    size_t count = (size_t)(list->data.sequence.items.top - items);
    if (count > MAX_CORPORA) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s:%u: %zu corpora, more than %d", from->name,
                       line_of(list), count, (int)MAX_CORPORA));
    }
    LB_ALLOC(study->corpora, count);
    study->corpus_count = count;
    for (size_t i = 0; i < count; i++) {
        plan_corpus_defaults(&study->corpora[i]);
    }
    for (size_t i = 0; i < count; i++) {
        const yaml_node_t *entry = node_at(from, items[i]);
        if (entry->type != YAML_MAPPING_NODE) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                           "%s:%u: an entry of %s must have keys: write '- name: ...'", from->name,
                           line_of(entry), PLAN_CORPORA));
        }
        LB_TRY(take_section(study, from, PLAN_CORPORA, i, entry, err));
    }
cleanup:
    return status;
}

static lb_status
take_version(lb_study *study, const source *from, const yaml_node_t *value, lb_error *err)
{
    static const lb_setting row = {
        "version",     LB_SETTING_CHOICE, offsetof(lb_study, version), 0, 0,
        "of the file", PLAN_VERSIONS};
    lb_status status = take_value(study, study, &row, from, value, err);
    return status == LB_OK ? status
                           : lb_fail_context(err, "%s:%u: version", from->name, line_of(value));
}

static lb_status
take_all(lb_study *study, const source *from, const yaml_node_t *root, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(check_keys(from, root, "", err));
    for (const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
         pair < root->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = node_at(from, pair->key), *value = node_at(from, pair->value);
        const char *section = text_of(key);
        bool sequence = strcmp(section, PLAN_CORPORA) == 0;
        if (strcmp(section, "version") == 0) {
            LB_TRY(take_version(study, from, value, err));
        } else if (!is_section(from, section)) {
            LB_TRY(fail_unknown_section(from, key, err));
        } else if (is_nothing(value)) {
            continue; /* all of its defaults */
        } else if (value->type != (sequence ? YAML_SEQUENCE_NODE : YAML_MAPPING_NODE)) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s:%u: the section '%s' must %s", from->name,
                           line_of(key), section,
                           sequence ? "be a list, each entry with keys: write '- name: ...'"
                                    : "have keys, each 'key: value' on a line of its own"));
        } else if (sequence) {
            LB_TRY(take_corpora(study, from, value, err));
        } else {
            LB_TRY(take_section(study, from, section, 0, value, err));
        }
    }
cleanup:
    return status;
}

/* Whether the line (from 0) begins with blanks that have a tab among them. */
static bool
is_indented_by_tab(const char *text, size_t line)
{
    for (; line > 0 && *text != '\0'; line--) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return memchr(text, '\t', strspn(text, " \t")) != NULL;
}

static lb_status
fail_syntax(const yaml_parser_t *parser, const char *name, const char *text, lb_error *err)
{
    const char *problem = parser->problem != NULL ? parser->problem : "cannot be read";
    size_t line = parser->problem_mark.line;
    if (parser->error == YAML_MEMORY_ERROR) {
        return lb_fail(err, LB_ERROR_MEMORY, "%s: out of memory", name);
    }
    if (parser->error == YAML_READER_ERROR) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: byte %zu: %s (study files are UTF-8)", name,
                       parser->problem_offset, problem);
    }
    if (is_indented_by_tab(text, line)) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s:%zu: a tab indents this line: use spaces", name,
                       line + 1);
    }
    return lb_fail(err, LB_ERROR_FORMAT, "%s:%zu: %s", name, line + 1, problem);
}

/* The first document, which the caller deletes; a second one is an error. */
static lb_status
load_document(yaml_document_t *out, const char *name, const char *text, size_t length,
              lb_error *err)
{
    lb_status status = LB_OK;
    yaml_parser_t parser;
    yaml_document_t next;
    size_t deep = lb_yaml_deep_line(text, length);
    if (deep != 0) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s:%zu: is nested too deeply", name, deep);
    }
    if (!yaml_parser_initialize(&parser)) {
        return lb_fail(err, LB_ERROR_MEMORY, "%s: out of memory", name);
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    if (!yaml_parser_load(&parser, out)) {
        status = fail_syntax(&parser, name, text, err);
        yaml_parser_delete(&parser);
        return status;
    }
    bool empty = yaml_document_get_root_node(out) == NULL; /* and no other follows */
    if (!empty && !yaml_parser_load(&parser, &next)) {
        status = fail_syntax(&parser, name, text, err);
    } else if (!empty) {
        if (yaml_document_get_root_node(&next) != NULL) {
            status = lb_fail(err, LB_ERROR_FORMAT,
                             "%s:%zu: a second document begins here: a study file has one", name,
                             next.start_mark.line + 1);
        }
        yaml_document_delete(&next);
    }
    yaml_parser_delete(&parser);
    if (status != LB_OK) {
        yaml_document_delete(out);
    }
    return status;
}

lb_status
plan_read_yaml(lb_study *study, const char *name, const char *text, size_t length, lb_error *err)
{
    yaml_document_t document;
    plan_part parts[PLAN_PARTS];
    plan_parts(parts);
    const source from = {.name = name, .document = &document, .parts = parts};
    lb_status status = load_document(&document, name, text, length, err);
    if (status != LB_OK) {
        return status;
    }
    const yaml_node_t *root = yaml_document_get_root_node(&document);
    if (root != NULL && !is_nothing(root)) { /* an empty file lacks corpora */
        status = root->type == YAML_MAPPING_NODE
                     ? take_all(study, &from, root, err)
                     : lb_fail(err, LB_ERROR_FORMAT,
                               "%s:%u: must have sections, as 'cohort:' and 'corpora:'", name,
                               line_of(root));
    }
    yaml_document_delete(&document);
    return status;
}

unsigned
plan_find_line(const char *text, const char *section, size_t entry, const char *key)
{
    lb_error ignored;
    unsigned line = 0;
    yaml_document_t document;
    const source from = {.name = "", .document = &document};
    if (load_document(&document, "", text, strlen(text), &ignored) != LB_OK) {
        return 0;
    }
    const yaml_node_t *node = yaml_document_get_root_node(&document);
    const yaml_node_pair_t *pair = NULL;
    if (node != NULL && node->type == YAML_MAPPING_NODE) {
        pair = find_pair(&from, node, section);
    }
    node = pair != NULL ? node_at(&from, pair->value) : NULL;
    if (node != NULL && node->type == YAML_SEQUENCE_NODE) {
        const yaml_node_item_t *items = node->data.sequence.items.start;
        bool there = entry < (size_t)(node->data.sequence.items.top - items);
        node = there ? node_at(&from, items[entry]) : NULL;
    }
    if (node != NULL && node->type == YAML_MAPPING_NODE) {
        pair = find_pair(&from, node, key);
        line = pair != NULL ? line_of(node_at(&from, pair->key)) : 0;
    }
    yaml_document_delete(&document);
    return line;
}

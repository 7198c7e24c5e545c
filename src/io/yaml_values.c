/* SPDX-License-Identifier: MIT */
#include "lesionbench/yaml_values.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

enum { MAX_VALUES = 4096, MAX_VISITS = 65536, MAX_DEPTH = 16, MAX_LEVELS = 64, MAX_PATH = 200 };

/* The list under way, and how many nodes were looked at: one that aliases name again and again
 * counts each time. */
typedef struct walker {
    lb_yaml_values *out;
    yaml_document_t *document;
    size_t visits;
} walker;

static lb_status
add_value(lb_yaml_values *out, const char *path, const char *text, lb_error *err)
{
    if (out->count == MAX_VALUES) {
        return lb_fail(err, LB_ERROR_FORMAT, "has more than %d values", (int)MAX_VALUES);
    }
    lb_yaml_value *value = &out->values[out->count];
    value->path = lb_strdup(path, err);
    value->text = value->path == NULL ? NULL : lb_strdup(text, err);
    out->count += value->path != NULL;
    return value->text == NULL ? err->code : LB_OK;
}

static lb_status
walk(walker *self, int index, const char *path, size_t depth, lb_error *err)
{
    lb_status status = LB_OK;
    char inner[MAX_PATH];
    yaml_node_t *node = yaml_document_get_node(self->document, index);
    if (node == NULL || depth == MAX_DEPTH || self->visits++ == MAX_VISITS) {
        return lb_fail(err, LB_ERROR_FORMAT, "is nested too deeply");
    }
    if (node->type == YAML_SCALAR_NODE) {
        return add_value(self->out, path, (const char *)node->data.scalar.value, err);
    }
    if (node->type == YAML_SEQUENCE_NODE) {
        int *first = node->data.sequence.items.start, *top = node->data.sequence.items.top;
        for (int *item = first; item < top && status == LB_OK; item++) {
            snprintf(inner, sizeof inner, "%.180s[%d]", path, (int)(item - first));
            status = walk(self, *item, inner, depth + 1, err);
        }
        return status;
    }
    yaml_node_pair_t *pair = node->data.mapping.pairs.start;
    for (; pair < node->data.mapping.pairs.top && status == LB_OK; pair++) {
        yaml_node_t *key = yaml_document_get_node(self->document, pair->key);
        if (key != NULL && key->type == YAML_SCALAR_NODE) {
            snprintf(inner, sizeof inner, "%.120s%s%.60s", path, *path != '\0' ? "." : "",
                     (const char *)key->data.scalar.value);
            status = walk(self, pair->value, inner, depth + 1, err);
        }
    }
    return status;
}

size_t
lb_yaml_deep_line(const char *text, size_t length)
{
    yaml_parser_t parser;
    yaml_event_t event;
    size_t depth = 0, line = 0;
    bool ends = false;
    if (yaml_parser_initialize(&parser) == 0) {
        return 0; /* the reader after this says so */
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    while (!ends && yaml_parser_parse(&parser, &event) != 0) {
        yaml_event_type_t type = event.type;
        depth += type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT;
        depth -= type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT;
        line = depth > MAX_LEVELS ? event.start_mark.line + 1 : 0;
        ends = line != 0 || type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return line;
}

lb_status
lb_yaml_values_read(lb_yaml_values *out, const char *text, size_t length, lb_error *err)
{
    lb_status status = LB_OK;
    lb_yaml_values values = {NULL, 0};
    yaml_parser_t parser;
    yaml_document_t document;
    bool loaded = false;
    size_t deep = lb_yaml_deep_line(text, length);
    if (deep != 0) {
        return lb_fail(err, LB_ERROR_FORMAT, "line %zu: is nested too deeply", deep);
    }
    if (yaml_parser_initialize(&parser) == 0) {
        return lb_fail(err, LB_ERROR_MEMORY, "out of memory: YAML");
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    LB_ALLOC(values.values, MAX_VALUES);
    loaded = yaml_parser_load(&parser, &document) != 0;
    if (!loaded) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "line %zu: %s", parser.problem_mark.line + 1,
                       parser.problem != NULL ? parser.problem : "is not YAML"));
    }
    if (yaml_document_get_root_node(&document) != NULL) {
        walker from = {.out = &values, .document = &document};
        LB_TRY(walk(&from, 1, "", 0, err));
    }
    *out = values;
    values = (lb_yaml_values){NULL, 0};
cleanup:
    if (loaded) {
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    lb_yaml_values_release(&values);
    return status;
}

void
lb_yaml_values_release(lb_yaml_values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        lb_free(values->values[i].path);
        lb_free(values->values[i].text);
    }
    lb_free(values->values);
    *values = (lb_yaml_values){NULL, 0};
}

const char *
lb_yaml_value_of(const lb_yaml_values *values, const char *path)
{
    for (size_t i = 0; i < values->count; i++) {
        if (strcmp(values->values[i].path, path) == 0) {
            return values->values[i].text;
        }
    }
    return NULL;
}

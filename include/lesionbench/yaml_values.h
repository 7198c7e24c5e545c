/* SPDX-License-Identifier: MIT */
/* A YAML file as a flat list of its values, to look up a few of them: "compose.size" is "224",
 * "corpora[0].name" is "mri". The values are not checked. */
#ifndef LESIONBENCH_YAML_VALUES_H
#define LESIONBENCH_YAML_VALUES_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_yaml_value {
    char *path, *text;
} lb_yaml_value;

typedef struct lb_yaml_values {
    lb_yaml_value *values;
    size_t count;
} lb_yaml_values;

/* Reads the first document of a text. LB_ERROR_FORMAT: anchors that lead back to themselves,
 * nesting deeper than 16, more than 4,096 values, or text that is not YAML. The message has the
 * line, without the file's name. */
lb_status lb_yaml_values_read(lb_yaml_values *out, const char *text, size_t length, lb_error *err);
void lb_yaml_values_release(lb_yaml_values *values);
/* Borrowed; NULL if there is no such value. */
const char *lb_yaml_value_of(const lb_yaml_values *values, const char *path);

/* The line (from 1) on which a text reaches nesting level 65; 0 if it does not. Call this first:
 * libyaml's time grows with the square of the depth. Stops at text that is not YAML. */
size_t lb_yaml_deep_line(const char *text, size_t length);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
/* A YAML file as a flat list of its values, for those who look up a few: "compose.size" is "224",
 * "corpora[0].name" is "mri". What the values may be is not checked. */
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

/* Of the first document in a text. Anchors that lead back to themselves, and what is nested deeper
 * than 16 or has more than 4,096 values, are an error of format, as is what is no YAML; the message
 * has the line, without the file's name. */
lb_status lb_yaml_values_read(lb_yaml_values *out, const char *text, size_t length, lb_error *err);
void lb_yaml_values_release(lb_yaml_values *values);
/* Borrowed; NULL where there is no such value. */
const char *lb_yaml_value_of(const lb_yaml_values *values, const char *path);

/* The line (from 1) on which a text nests its 65th level; 0 where it does not. libyaml's time grows
 * with the square of the depth, so this comes first. Stops where the text is no YAML. */
size_t lb_yaml_deep_line(const char *text, size_t length);

#ifdef __cplusplus
}
#endif

#endif

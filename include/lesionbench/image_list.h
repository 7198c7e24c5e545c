/* SPDX-License-Identifier: MIT */
/* The pictures of a folder and their classes. */
#ifndef LESIONBENCH_IMAGE_LIST_H
#define LESIONBENCH_IMAGE_LIST_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IMAGE_LIST_CLASSES = 256 }; /* at most: labels are bytes */

typedef struct image_list {
    size_t count, capacity;
    char **paths;
    int32_t *labels;
} image_list;

/* labels NULL: each folder in `folder` is a class, in byte order of their names, and holds its
 * pictures, in folders or not: files named .png, .jpg or .jpeg, in byte order of their paths. Names
 * that begin with a dot are left out.
 * Else the pictures are those that a table names, in its order: `file` within the folder and
 * `label`, a class's number where all are numbers, else its name, numbered in byte order. */
lb_status image_list_read(image_list *out, const char *folder, const char *labels, lb_error *err);
/* Leaves each picture once, whichever names lead to it and however often it was copied. One picture
 * in two classes is LB_ERROR_FORMAT that names both (image_twins.c). */
lb_status image_list_unite(image_list *list, lb_error *err);
void image_list_release(image_list *list);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
/* The images of a folder and their classes. */
#ifndef LESIONBENCH_IMAGE_LIST_H
#define LESIONBENCH_IMAGE_LIST_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IMAGE_LIST_CLASSES = 256 }; /* max number of classes: labels are bytes */

typedef struct image_list {
    size_t count, capacity;
    char **paths;
    int32_t *labels;
} image_list;

/* Lists the images of a folder.
 *   labels NULL: each folder in `folder` is a class, as for torchvision's ImageFolder, in byte
 *     order of their names. Images are files named .png, .jpg or .jpeg, at any depth, in byte order
 *     of their paths. Names that begin with a dot are skipped.
 *   else: a CSV file with the columns `file`, a path in the folder, and `label`, a class. If all
 *     labels are numbers, they are the classes. Otherwise classes are numbered in byte order of
 *     their names. Images keep the order of the table. */
lb_status image_list_read(image_list *out, const char *folder, const char *labels, lb_error *err);
/* Removes duplicates: files with the same content, and names that lead to the same file.
 * LB_ERROR_FORMAT, naming both, if an image is in two classes (image_twins.c). */
lb_status image_list_unite(image_list *list, lb_error *err);
void image_list_release(image_list *list);

#ifdef __cplusplus
}
#endif

#endif

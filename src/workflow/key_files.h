/* SPDX-License-Identifier: MIT */
/* Keys of external files, as parts of the keys of stages. */
#ifndef LB_WORKFLOW_KEY_FILES_H
#define LB_WORKFLOW_KEY_FILES_H

#include "lesionbench/base.h"

/* Adds the bytes of a file. */
lb_status key_add_file(uint64_t *key, const char *path, lb_error *err);
/* Adds the images of a folder by name, class, size and time. Reading all their bytes would take
 * longer than training. labels: as for lb_loader_folder(). */
lb_status key_add_pictures(uint64_t *key, const char *folder, const char *labels, lb_error *err);
/* Adds the names, sizes and times of all files at or below a path, following links. Names that
 * begin with a dot are skipped. Reading scans would take longer than importing them. */
lb_status key_add_tree(uint64_t *key, const char *path, lb_error *err);

#endif

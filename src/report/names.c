/* SPDX-License-Identifier: MIT */
#include "folder.h"

#include <stdio.h>
#include <string.h>

#include "lesionbench/method.h"

const char *const degree_names[DEGREES] = {"1", "2", "3", "4", "all"};
const char *const selection_names[SELECTIONS] = {"correct", "wrong"};
const char *const condition_names[CONDITIONS] = {"best", "matched"};

const char *
study_method(size_t index)
{
    const lb_method *eight[STUDY_METHODS];
    lb_method_study_set(eight);
    return eight[index]->name;
}

/* Of maps made elsewhere: "lrp_z" as "LRP z", "noise_tunnel" as "Noise tunnel". */
static void
say_in_words(char *out, size_t size, const char *name)
{
    bool lrp = strncmp(name, "lrp", 3) == 0 || strncmp(name, "ig_", 3) == 0;
    snprintf(out, size, "%s", name);
    for (size_t i = 0; out[i] != '\0'; i++) {
        bool capital = i == 0 || (lrp && i < strcspn(name, "_"));
        out[i] = out[i] == '_' ? ' ' : out[i];
        out[i] = capital && out[i] >= 'a' && out[i] <= 'z' ? (char)(out[i] - 'a' + 'A') : out[i];
    }
}

void
method_entry_init(method_entry *out, const char *name)
{
    *out = (method_entry){.baseline = false};
    snprintf(out->name, sizeof out->name, "%s", name);
    const lb_method *method = lb_method_find(name);
    if (method != NULL) {
        snprintf(out->title, sizeof out->title, "%s", method->title);
    } else {
        say_in_words(out->title, sizeof out->title, name);
    }
}

const char *
corpus_title(const char *corpus)
{
    static const char *const titles[][2] = {
        {"mri", "MRI"}, {"natural", "Natural images"}, {"imagenet", "ImageNet"}};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        if (strcmp(titles[i][0], corpus) == 0) {
            return titles[i][1];
        }
    }
    return corpus;
}

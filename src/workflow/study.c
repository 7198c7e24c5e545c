/* SPDX-License-Identifier: MIT */
#include "lesionbench/study.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/paths.h"
#include "stages.h"

static lb_status
read_file(char **out, size_t *length, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    enum { LIMIT = 1 << 20 };
    char *text = NULL;
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        LB_TRY(lb_fail_path(err, path));
    }
    LB_ALLOC(text, LIMIT + 1);
    errno = 0;
    *length = fread(text, 1, LIMIT, stream);
    if (ferror(stream)) {
        LB_TRY(lb_fail_errno(err, "%s: cannot read", path));
    }
    if (*length == LIMIT || memchr(text, '\0', *length) != NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: is not a study file", path));
    }
    *out = text;
    text = NULL;
cleanup:
    lb_free(text);
    if (stream != NULL) {
        fclose(stream);
    }
    return status;
}

const char *
lb_study_demo_text(size_t *length)
{
    *length = DEMO_YAML_LENGTH;
    return (const char *)DEMO_YAML;
}

void
lb_study_settings(void (*visit)(void *data, const char *section, const lb_setting *setting,
                                const void *defaults),
                  void *data)
{
    lb_study study = {0};
    plan_corpus corpus;
    plan_part parts[PLAN_PARTS];
    plan_parts(parts);
    plan_defaults(&study);
    plan_corpus_defaults(&corpus);
    for (size_t i = 0; i < PLAN_PARTS; i++) {
        const void *place = plan_place(&study, &parts[i], &corpus);
        for (size_t j = 0; j < parts[i].table.count; j++) {
            visit(data, parts[i].section, &parts[i].table.settings[j], place);
        }
    }
}

lb_status
lb_study_load(lb_study **out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_study *study = NULL;
    char *own = NULL;
    const char *name = path != NULL ? path : "demo.yaml (embedded)";
    size_t length = 0;
    const char *text = lb_study_demo_text(&length);
    if (path != NULL) {
        LB_TRY(read_file(&own, &length, path, err));
        text = own;
    }
    LB_ALLOC(study, 1);
    plan_defaults(study);
    LB_TRY(plan_read_yaml(study, name, text, length, err));
    LB_TRY(plan_resolve(study, name, text, err));
    *out = study;
    study = NULL;
cleanup:
    lb_study_free(study);
    lb_free(own);
    return status;
}

void
lb_study_free(lb_study *study)
{
    if (study == NULL) {
        return;
    }
    for (size_t i = 0; i < study->text_count; i++) {
        lb_free(study->texts[i]);
    }
    lb_free(study->texts);
    lb_list_release(&study->import.items);
    lb_import_request_release(&study->import.request);
    lb_free(study->corpora);
    lb_free(study->seeds);
    lb_free(study->methods);
    lb_free(study->baselines);
    lb_free(study);
}

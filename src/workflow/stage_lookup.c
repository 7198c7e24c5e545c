/* SPDX-License-Identifier: MIT */
/* What the makers of stages and their work look up. */
#include "stages.h"

bool
stage_is(const stage_list *list, const stage *one, size_t kind)
{
    return one->kind == &list->kinds[kind];
}

size_t
stages_models(const lb_study *study)
{
    return study->corpus_count * study->degree_count * study->seed_count;
}

size_t
stages_model(const lb_study *study, size_t condition, size_t corpus, size_t degree, size_t seed)
{
    size_t cell = (condition * study->corpus_count + corpus) * study->degree_count + degree;
    return cell * study->seed_count + seed;
}

lb_status
stage_add_section(stage *one, const lb_study *study, const char *section, const plan_corpus *corpus,
                  lb_error *err)
{
    char *text = plan_print_section(study, section, corpus, err);
    lb_status status = text != NULL ? stage_add_settings(one, text, err) : err->code;
    lb_free(text);
    return status;
}

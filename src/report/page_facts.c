/* SPDX-License-Identifier: MIT */
#include "page.h"

#include <math.h>

#include "lesionbench/dataset.h"
#include "lesionbench/file_bytes.h"
#include "lesionbench/h5.h"
#include "lesionbench/slices.h"

static lb_status
read_slices(page_facts *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    lb_slices *slices = NULL;
    double simulated = 0;
    LB_TRY(lb_h5_open(&file, path, NULL, err));
    if (lb_h5_has_attribute(file, "", "simulated")) {
        LB_TRY(lb_h5_get_number(&simulated, file, "", "simulated", err));
    }
    if (simulated > 0 && lb_h5_has_attribute(file, "", "template")) {
        LB_TRY(lb_h5_get_text(&out->template_name, file, "", "template", err));
    }
    LB_TRY(lb_slices_open(&slices, path, err));
    out->simulated = simulated > 0;
    out->slices = lb_slices_count(slices);
    out->subjects = lb_slices_subjects(slices);
cleanup:
    lb_slices_close(slices);
    lb_h5_close(file);
    return status;
}

static lb_status
read_dataset(page_facts *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_dataset *dataset = NULL;
    lb_h5 *file = NULL;
    LB_TRY(lb_dataset_open(&dataset, path, err));
    out->train = lb_dataset_count(dataset, LB_TRAIN);
    out->validation = lb_dataset_count(dataset, LB_VALIDATION);
    out->holdout = lb_dataset_count(dataset, LB_HOLDOUT);
    out->height = lb_dataset_height(dataset);
    out->width = lb_dataset_width(dataset);
    LB_TRY(lb_h5_open(&file, path, "dataset", err));
    if (lb_h5_has_attribute(file, "", "protocol")) {
        LB_TRY(lb_h5_get_text(&out->protocol, file, "", "protocol", err));
    }
    if (lb_h5_has_attribute(file, "", "quirks")) {
        LB_TRY(lb_h5_get_text(&out->quirks, file, "", "quirks", err));
    }
    if (lb_h5_has_attribute(file, "", "provenance")) {
        LB_TRY(lb_h5_get_text(&out->provenance, file, "", "provenance", err));
    }
    if (lb_h5_has_attribute(file, "", "seed")) {
        LB_TRY(lb_h5_get_number(&out->data_seed, file, "", "seed", err));
    }
    if (lb_h5_has_attribute(file, "", "distractors")) {
        LB_TRY(lb_h5_get_number(&out->distractors, file, "", "distractors", err));
    }
cleanup:
    lb_h5_close(file);
    lb_dataset_close(dataset);
    return status;
}

static lb_status
read_run(page_facts *out, const char *path, lb_error *err)
{
    return run_record_read(&out->run, path, err);
}

static lb_status
read_study(page_facts *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    size_t size = 0;
    LB_TRY(lb_file_read(&out->study_file, &size, path, err));
    status = lb_yaml_values_read(&out->settings, out->study_file, size, err);
    return status == LB_OK ? LB_OK : lb_fail_context(err, "%s", path);
cleanup:
    return status;
}

lb_status
page_facts_read(page_facts *out, study_folder *folder, lb_error *err)
{
    static const struct {
        const char *name, *shows;
        lb_status (*read)(page_facts *, const char *, lb_error *);
    } sources[] = {
        {"slices.h5", "where the brains come from", read_slices},
        {"dataset.h5", "example images and heat maps", read_dataset},
        {"manifest.json", "versions and times", read_run},
        {"study.yaml", "the study's settings", read_study},
    };
    lb_status status = LB_OK;
    page_facts facts = {.folder = folder, .data_seed = NAN};
    char *path = NULL;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        bool there = false;
        LB_TRY(folder_has(&there, folder, sources[i].name, sources[i].shows, err));
        if (there) {
            lb_free(path);
            path = folder_path(folder, sources[i].name, err);
            LB_TRY(path == NULL ? err->code
                                : folder_forgive(sources[i].read(&facts, path, err), folder, err));
        }
    }
    summary_make(&facts.found, folder);
    *out = facts;
    facts = (page_facts){0};
cleanup:
    lb_free(path);
    page_facts_release(&facts);
    return status;
}

void
page_facts_release(page_facts *facts)
{
    maps_close(&facts->maps);
    lb_free(facts->heatmap_preview.bytes);
    lb_free(facts->template_name);
    lb_free(facts->protocol);
    lb_free(facts->quirks);
    lb_free(facts->provenance);
    lb_free(facts->study_file);
    lb_yaml_values_release(&facts->settings);
    run_record_release(&facts->run);
    *facts = (page_facts){0};
}

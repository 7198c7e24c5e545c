/* SPDX-License-Identifier: MIT */
/* What cannot be read is never taken for what is not there: links to nothing in every place where
 * an import looks. */
#define _XOPEN_SOURCE 700 /* nftw() */

#include "import_testing.h"

static const char ANNEXED[] = "../.git/annex/objects/1Q/w9/MD5E-s55--00.gz/MD5E-s55--00.gz";

static void
put_link(void **state, const char *name, const char *target)
{
    char *path = make_path(state, name);
    assert_int_equal(symlink(target, path), 0);
    lb_free(path);
}

static void
drop(void **state, const char *name)
{
    char *path = test_path(state, name);
    assert_int_equal(remove(path), 0);
    lb_free(path);
}

/* Without the link the import goes through; with it, it fails with this message. */
static void
assert_link_matters(void **state, const char *root, const char *name, const char *target,
                    const char *message)
{
    fixture f;
    start(&f, state, root, NULL);
    run_well(&f);
    assert_int_equal(unlink(f.out), 0);
    put_link(state, name, target);
    run_badly(&f, LB_ERROR_IO, message);
    assert_message(&f.err, name);
    drop(state, name);
    finish(&f);
}

static void
tables(void **state)
{
    const head_file plain = {.type = 0};
    put_head(state, "ds/sub-1/anat/sub-1_T1w.nii", &plain);
    put_text(state, "ds/README.md", "");
    assert_link_matters(state, "ds", "ds/participants.tsv", "gone.tsv",
                        "ds/participants.tsv: is a link to 'gone.tsv', which cannot be reached");
    assert_link_matters(state, "ds", "ds/participants.tsv", ANNEXED, "fetch it with 'datalad get");
    assert_link_matters(state, "ds", "ds/participants.tsv", "participants.tsv", "Too many levels");
}

static void
masks_and_subjects(void **state)
{
    const head_file plain = {.type = 0};
    put_head(state, "ds/sub-1/anat/sub-1_T1w.nii", &plain);
    put_text(state, "ds/derivatives/dataset_description.json", "{}");
    assert_link_matters(state, "ds", "ds/sub-1/anat/sub-1_desc-brain_mask.nii.gz", ANNEXED,
                        "fetch it with 'datalad get");
    assert_link_matters(state, "ds", "ds/derivatives/fmriprep", "/nowhere/else",
                        "is a link to '/nowhere/else'");
    assert_link_matters(state, "ds", "ds/derivatives/fsl/sub-1", "../gone",
                        "is a link to '../gone'");
    assert_link_matters(state, "ds", "ds/sub-2", "../moved/sub-2", "is a link to '../moved/sub-2'");
    assert_link_matters(state, "ds", "ds/sub-1/ses-2", "gone", "is a link to 'gone'");
    assert_link_matters(state, "ds", "ds/sub-3/anat", "gone", "is a link to 'gone'");
    /* Loose files. */
    put_head(state, "head.nii", &plain);
    assert_link_matters(state, "head.nii", "head_desc-brain_mask.nii.gz", ANNEXED,
                        "fetch it with 'datalad get");
}

static void
hcp_subjects(void **state)
{
    static const char IMAGE[] = "T1w_acpc_dc_restore_brain.nii.gz";
    const head_file plain = {.type = 0};
    put_head(state, "hcp/100307/T1w/T1w_acpc_dc_restore_brain.nii.gz", &plain);
    put_text(state, "hcp/100408/notes.txt", ""); /* without an image: nobody */
    put_link(state, "hcp/README.md", ANNEXED);   /* a file, whatever it holds */
    assert_link_matters(state, "hcp", "hcp/100610", "/disk/100610", "is a link to '/disk/100610'");
    assert_link_matters(state, "hcp", "hcp/100408/T1w", "gone", "is a link to 'gone'");
    put_text(state, "hcp/100610/T1w/x", "");
    char *path = lb_format(&(lb_error){0}, "hcp/100610/T1w/%s", IMAGE);
    assert_link_matters(state, "hcp", path, ANNEXED, "fetch it with 'datalad get");
    lb_free(path);
}

/* Datasets in a dataset that were not installed are empty folders. */
static void
subdatasets(void **state)
{
    const head_file plain = {.type = 0};
    lb_error err = {0};
    fixture f;
    put_head(state, "hcp/100307/T1w/T1w_acpc_dc_restore_brain.nii.gz", &plain);
    char *path = make_path(state, "hcp/100408/x");
    lb_free(path);
    start(&f, state, "hcp", NULL);
    run_well(&f);
    assert_int_equal(unlink(f.out), 0);
    put_text(state, "hcp/.gitmodules", "[submodule \"100408\"]\n");
    run_badly(&f, LB_ERROR_IO, "hcp/100408: is empty, a subdataset that is not here");
    finish(&f);
    put_head(state, "ds/sub-1/anat/sub-1_T1w.nii", &plain);
    put_text(state, "ds/.gitmodules", "");
    path = test_path(state, "ds/sub-2");
    assert_ok(lb_make_directories(path, &err));
    lb_free(path);
    start(&f, state, "ds", NULL);
    run_badly(&f, LB_ERROR_IO, "ds/sub-2: is empty, a subdataset that is not here");
    finish(&f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_setup, import_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {TEST(tables), TEST(masks_and_subjects), TEST(hcp_subjects),
                                       TEST(subdatasets)};
    return cmocka_run_group_tests_name("import_missing", tests, NULL, NULL);
}

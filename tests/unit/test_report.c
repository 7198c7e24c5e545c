/* SPDX-License-Identifier: MIT */
/* A small study folder, its figures and its page. */
#include "report_testing.h"

#include "lesionbench/report.h"

static void
whole_study(void **state)
{
    lb_error err;
    write_study(state);
    assert_int_equal(use_real_gnuplot(state), 0);
    assert_ok(lb_report(*state, NULL, &err));
    assert_int_equal(use_quick_gnuplot(state), 0);
    assert_svg(state, "figures/boxplot_correct.svg", "Guided Backpropagation");
    assert_png(state, "figures/boxplot_correct.png", 2480, 1664); /* its key has four lines */
    assert_svg(state, "figures/training_curves.svg", "Validation accuracy");
    assert_png(state, "figures/training_curves.png", 0, 0);
    assert_png(state, "figures/heatmaps.png", 0, 0);
    assert_png(state, "figures/examples.png", 0, 0);
    assert_no_partial(*state);

    char *page = read_page(state);
    assert_says(page, "The best explanation is <strong>Saliency</strong>");
    assert_says(page, "<strong>0.61</strong> or more, which is 12.2 times the chance level");
    assert_says(page, "scores <strong>0.84</strong>, more than the best method");
    assert_says(page, "it&#39;s &lt;b&gt;");
    assert_says(page, "name: &lt;script&gt;alert(1)&lt;/script&gt;");
    assert_says(page, "lesionbench 9.8.7 in 12 s, with at most 1.50 GB");
    assert_says(page, "kept from an earlier run");
    assert_says(page, "</html>");
    assert_silent(page, "it's <b>");
    assert_silent(page, "<script>alert");
    assert_silent(page, "<script src");
    assert_silent(page, "<link");
    assert_silent(page, "src=\"http");
    assert_silent(page, "url(");
    assert_silent(page, "These brains are simulated");
    assert_int_equal(times(page, "<img src=\"data:image/"), 7);
    assert_int_equal(times(page, "\" alt=\""), 7);
    /* What this study lacks is named: no wrong images, no slices, two of three models' maps. */
    assert_says(page, "figures/boxplot_wrong: ");
    assert_says(page, "<li>slices.h5: ");
    assert_says(page, "<li>explanations/mri_degree_all_seed_0.h5: ");
    lb_free(page);
}

/* The same folder gives the same page, and names what is taken away. */
static void
again_with_less(void **state)
{
    lb_error err;
    write_study(state);
    assert_ok(lb_report(*state, NULL, &err));
    char *first = read_page(state);
    assert_ok(lb_report(*state, NULL, &err));
    char *second = read_page(state);
    assert_string_equal(first, second);
    static const char *const gone[] = {"tables/scores.csv", "dataset.h5", "manifest.json",
                                       "models/mri/pretraining_history.csv", "study.yaml"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
        char *path = test_path(state, gone[i]);
        assert_int_equal(remove(path), 0);
        lb_free(path);
    }
    assert_ok(lb_report(*state, NULL, &err));
    char *third = read_page(state);
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
        char *line = lb_format(&err, "<li>%s: ", gone[i]);
        assert_says(third, line);
        lb_free(line);
    }
    assert_int_equal(times(third, "<img src=\"data:image/"), 2);
    lb_free(third);
    lb_free(second);
    lb_free(first);
}

/* Rows of matched networks are shown by themselves, and decide nothing of what is said of the best
 * ones; rows that do not say are of these. */
static void
conditions_are_kept_apart(void **state)
{
    lb_error err;
    write_study(state);
    assert_ok(lb_report(*state, NULL, &err));
    char *before = read_page(state);
    assert_silent(before, "At matched accuracy");
    write_text(state, "tables/classification.csv",
               "corpus,degree,seed,split,images,accuracy,auroc,auprc,sensitivity,specificity,"
               "balanced_accuracy,mcc,learning_rate,epochs,kept_epoch,condition,target_accuracy\n"
               "mri,1,0,holdout,4,0.75,0.8,0.8,0.7,0.8,0.75,0.5,0.01,3,2,best,\n"
               "mri,all,0,holdout,4,0.95,0.99,0.99,0.9,1,0.95,0.9,0.01,3,2,,\n"
               "mri,all,0,holdout,4,0.912,0.99,0.99,0.9,1,0.95,0.9,0.01,3,2,matched,0.9\n");
    write_text(state, "tables/explanation.csv",
               "corpus,degree,seed,method,selection,images,accuracy,tpr_median,tpr_q1,tpr_q3,"
               "tnr_median,tnr_q1,tnr_q3,chance,condition\n"
               "mri,all,0,saliency,correct,3,0.95,0.61,0.3,0.8,0.9,0.9,0.9,0.05,best\n"
               "mri,all,0,lrp,correct,3,0.912,0.77,0.3,0.8,0.9,0.9,0.9,0.05,matched\n");
    write_text(state, "tables/scores.csv",
               "image,label,lesion_count,corpus,degree,seed,method,selection,tp,tn,fp,fn,tpr,tnr,"
               "precision,condition\n"
               "0,0,3,mri,all,0,saliency,correct,1,1,1,1,0.6,0.9,0.5,best\n"
               "1,0,3,mri,all,0,lrp,correct,1,1,1,1,0.7,0.9,0.5,matched\n");
    write_maps(state, "explanations/mri_degree_all_seed_0.h5", SIDE);
    write_maps(state, "explanations/mri_degree_all_seed_0_matched.h5", SIDE);
    assert_ok(lb_report(*state, NULL, &err));
    char *page = read_page(state);
    assert_says(page, "The best explanation is <strong>Saliency</strong>");
    assert_says(page, "the explanations on the 1 of them that were explained");
    const char *matched = strstr(page, "id=\"matched\"");
    assert_non_null(matched);
    assert_says(matched, "<strong>0.912</strong>");
    assert_says(matched, "id=\"table-correct_matched\"");
    assert_says(matched, "../figures/boxplot_correct_matched.svg");
    assert_says(matched, ">0.77<");
    assert_says(matched, "<li>models/mri/degree_all_seed_0_matched/history.csv: ");
    assert_silent(matched, ">0.61<");
    assert_int_equal(times(page, "<strong>0.912</strong>"), 1);
    assert_int_equal(times(page, "<strong>0.950</strong>"), 1);
    assert_int_equal(times(page, ">0.77<"), 1);
    assert_int_equal(times(page, "<li>models/mri/degree_all_seed_0/history.csv: "), 1);
    assert_png(state, "figures/heatmaps_matched.png", 0, 0);
    assert_png(state, "figures/boxplot_correct_matched.png", 0, 0);
    lb_free(page);
    lb_free(before);
}

/* What is damaged is named, and the rest is shown. */
static void
damaged_parts(void **state)
{
    lb_error err;
    static const char *const damages[][3] = {
        {"manifest.json", "{\"version\":", "<li>manifest.json: is not a JSON object"},
        {"explanations/mri_degree_1_seed_0.h5", "", "<li>explanations/mri_degree_1_seed_0.h5: "},
        {"models/mri/degree_1_seed_0/history.csv", "epoch\n1\n",
         "<li>models/mri/degree_1_seed_0/history.csv: no column"},
        {"dataset.h5", "\x89HDF", "<li>dataset.h5: "},
        {"tables/scores.csv", "image,label\n1,0\n", "<li>tables/scores.csv: no column"},
        {"tables/explanation.csv", "corpus\n\"mri", "<li>tables/explanation.csv: "},
    };
    write_study(state);
    write_maps(state, "explanations/untrained.h5", SIDE / 2);
    assert_ok(lb_report(*state, NULL, &err));
    char *page = read_page(state);
    assert_says(page, "<li>explanations/untrained.h5: ");
    assert_says(page, "one map of 16 x 16 pixels");
    assert_says(page, "Grid of heat maps");
    lb_free(page);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        write_text(state, damages[i][0], damages[i][1]);
        assert_ok(lb_report(*state, NULL, &err));
        page = read_page(state);
        for (size_t k = 0; k <= i; k++) {
            if (k != 1 || i < 3) { /* without images no maps are asked for */
                assert_says(page, damages[k][2]);
            }
        }
        lb_free(page);
    }
    assert_no_partial(*state);
}

/* What others put in the folder: an audit, tables of their own. */
static void
further_parts(void **state)
{
    lb_error err;
    write_study(state);
    write_text(state, "tables/ranks.csv", "method,rank\nlrp <1>,0.123456\n");
    write_text(state, "tables/broken.csv", "method,rank\nlrp\n");
    write_text(
        state, "audit.json",
        "{\"checks\": [{\"part\": \"a\", \"name\": \"bright & sons\", \"value\": 0.52, \"low\": "
        "0.48, "
        "\"high\": 0.56, \"chance\": 0.5, \"limit\": 0.55, \"p\": 1, \"verdict\": \"pass\"}, "
        "{\"part\": \"d\", \"name\": \"shared\", \"value\": 0, \"low\": null, \"verdict\": "
        "\"fail\"}, "
        "{\"part\": \"g\", \"name\": \"raw\", \"value\": 0.6, \"low\": 0.5, \"high\": 0.7, "
        "\"verdict\": \"warning\"}]}");
    assert_ok(lb_report(*state, NULL, &err));
    assert_svg(state, "figures/audit.svg", "bright &amp; sons");
    assert_svg(state, "figures/audit.svg", "raw");
    char *page = read_page(state);
    assert_says(page, "id=\"figure-audit\"");
    assert_says(page, "<td class=\"text\">lrp &lt;1&gt;</td><td>0.1235</td>");
    assert_says(page, "href=\"../tables/broken.csv\"");
    assert_says(page, "<li>tables/broken.csv: line 2 has 1 fields");
    assert_says(page, "Seeds of the networks: 0.");
    lb_free(page);
    write_text(state, "audit.json", "{\"checks\": [");
    assert_ok(lb_report(*state, NULL, &err));
    page = read_page(state);
    assert_says(page, "<li>audit.json: is not a JSON object");
    assert_silent(page, "id=\"figure-audit\"");
    lb_free(page);
}

/* Methods beyond the study's eight have pages, rows and maps of their own. */
static void
further_methods(void **state)
{
    lb_error err;
    write_study(state);
    char *explanation = test_path(state, "tables/explanation.csv");
    char *scores = test_path(state, "tables/scores.csv");
    FILE *table = fopen(explanation, "a");
    assert_non_null(table);
    fputs("mri,all,0,grad_cam,correct,3,0.95,0.7,0.1,0.95,0.9,0.9,0.9,0.05\n"
          "mri,1,0,lrp_gamma,correct,3,0.75,0.3,0.1,0.95,0.9,0.9,0.9,0.05\n",
          table);
    assert_int_equal(fclose(table), 0);
    table = fopen(scores, "a");
    assert_non_null(table);
    fputs("0,0,3,mri,all,0,grad_cam,correct,1,1,1,1,0.7,0.9,0.5\n", table);
    assert_int_equal(fclose(table), 0);
    assert_ok(lb_report(*state, NULL, &err));
    assert_svg(state, "figures/boxplot_correct_2.svg", "Grad-CAM");
    assert_svg(state, "figures/boxplot_correct_2.svg", "LRP gamma");
    char *page = read_page(state);
    assert_says(page, "The best explanation is <strong>Grad-CAM</strong>");
    assert_says(page, "../figures/boxplot_correct_2.pdf");
    assert_says(page, "<th scope=\"row\">LRP gamma</th>");
    lb_free(page);
    lb_free(scores);
    lb_free(explanation);
}

/* A table that stops half-way through a row is used up to there. */
static void
half_a_table(void **state)
{
    lb_error err;
    write_study(state);
    char *path = test_path(state, "tables/scores.csv");
    FILE *table = fopen(path, "a");
    assert_non_null(table);
    fputs("3,0,3,mri,1,0,lrp,corr", table);
    assert_int_equal(fclose(table), 0);
    assert_ok(lb_report(*state, NULL, &err));
    char *page = read_page(state);
    assert_says(page, "<li>tables/scores.csv: line 66 has 8 fields, the header has 15");
    assert_says(page, "figures/boxplot_correct.svg");
    lb_free(page);
    lb_free(path);
}

static void
not_a_study(void **state)
{
    lb_error err;
    char *path = test_path(state, "nowhere");
    assert_int_equal(lb_report(*state, NULL, &err), LB_ERROR_FORMAT);
    assert_message(&err, "holds no study");
    assert_int_equal(lb_report(path, NULL, &err), LB_ERROR_IO);
    assert_message(&err, "nowhere: no such folder");
    lb_free(path);
    path = test_path(state, "report");
    assert_false(test_exists(path));
    lb_free(path);
}

/* The report with another PATH; its status. */
static lb_status
report_with_path(void **state, const char *path, lb_error *err)
{
    lb_error inner;
    char *kept = lb_strdup(getenv("PATH"), &inner);
    assert_int_equal(setenv("PATH", path, 1), 0);
    lb_status status = lb_report(*state, NULL, err);
    assert_int_equal(setenv("PATH", kept, 1), 0);
    lb_free(kept);
    assert_no_partial(*state);
    char *page = test_path(state, "report/index.html");
    assert_false(test_exists(page));
    lb_free(page);
    return status;
}

static void
without_gnuplot(void **state)
{
    lb_error err;
    write_study(state);
    assert_int_equal(report_with_path(state, *state, &err), LB_ERROR_UNSUPPORTED);
    assert_message(&err, "boxplot_correct.svg: gnuplot is not installed");
    assert_message(&err, "gnuplot-nox");
}

/* A gnuplot that fails, and one whose output stops half-way, as on a full disk. */
static void
with_a_broken_gnuplot(void **state)
{
    lb_error err;
    write_study(state);
    make_folder(state, "bin");
    char *folder = test_path(state, "bin"), *program = test_path(state, "bin/gnuplot");
    write_text(state, "bin/gnuplot", "#!/bin/sh\necho 'line 7: no such thing' >&2\nexit 1\n");
    assert_int_equal(chmod(program, 0755), 0);
    assert_int_equal(report_with_path(state, folder, &err), LB_ERROR_IO);
    assert_message(&err, "boxplot_correct.svg: gnuplot failed (line 7: no such thing)");
    write_text(state, "bin/gnuplot", "#!/bin/sh\necho '<svg>and so on, and so on'\n");
    assert_int_equal(report_with_path(state, folder, &err), LB_ERROR_IO);
    assert_message(&err, "incomplete");
    lb_free(program);
    lb_free(folder);
}

static void
can_be_interrupted(void **state)
{
    lb_error err;
    const volatile sig_atomic_t cancelled = 1;
    const lb_context context = {.cancelled = &cancelled};
    write_study(state);
    assert_int_equal(lb_report(*state, &context, &err), LB_ERROR_INTERRUPTED);
    assert_no_partial(*state);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole_study, test_setup, teardown),
        cmocka_unit_test_setup_teardown(again_with_less, test_setup, teardown),
        cmocka_unit_test_setup_teardown(conditions_are_kept_apart, test_setup, teardown),
        cmocka_unit_test_setup_teardown(damaged_parts, test_setup, teardown),
        cmocka_unit_test_setup_teardown(further_parts, test_setup, teardown),
        cmocka_unit_test_setup_teardown(further_methods, test_setup, teardown),
        cmocka_unit_test_setup_teardown(half_a_table, test_setup, teardown),
        cmocka_unit_test_setup_teardown(not_a_study, test_setup, teardown),
        cmocka_unit_test_setup_teardown(without_gnuplot, test_setup, teardown),
        cmocka_unit_test_setup_teardown(with_a_broken_gnuplot, test_setup, teardown),
        cmocka_unit_test_setup_teardown(can_be_interrupted, test_setup, teardown),
    };
    return cmocka_run_group_tests_name("report", tests, use_quick_gnuplot, use_real_gnuplot);
}

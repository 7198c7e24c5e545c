/* SPDX-License-Identifier: MIT */
/* The page says what was measured, and no more. */
#include "report_testing.h"

#include "lesionbench/report.h"

/* One network and one method; the other figures are the test's. */
static char *
page_of_one(void **state, const char *accuracy, const char *tpr, const char *raw_input)
{
    lb_error err;
    make_folder(state, "tables");
    char *text = lb_format(
        &err,
        "corpus,degree,seed,method,selection,images,accuracy,tpr_median,tpr_q1,tpr_q3,tnr_median,"
        "tnr_q1,tnr_q3,chance\nmri,all,0,lrp,correct,3,%s,%s,0.1,0.2,0.9,0.9,0.9,0.05\n"
        "baseline,none,0,sobel,correct,3,,0.07,0,0.1,0.9,0.9,0.9,0.05\n"
        "baseline,none,0,raw_input,correct,3,,%s,0.8,0.9,0.9,0.9,0.9,0.05\n",
        accuracy, tpr, raw_input);
    write_text(state, "tables/explanation.csv", text);
    lb_free(text);
    assert_ok(lb_report(*state, NULL, &err));
    return read_page(state);
}

static void
words_follow_the_figures(void **state)
{
    char *page = page_of_one(state, "0.95", "0.32", "0.06");
    assert_silent(page, "weaker than a working study");
    assert_silent(page, "No network reached");
    assert_says(page, "That is near chance: brightness alone does not");
    assert_silent(page, "Does explanation follow accuracy?"); /* one network cannot tell */
    lb_free(page);
    page = page_of_one(state, "0.95", "0.29", "0.4"); /* not 6 times chance */
    assert_says(page, "weaker than a working study");
    assert_says(page, "the lesions are among the brightest pixels");
    lb_free(page);
    page = page_of_one(state, "0.85", "0.32", "0.4");
    assert_says(page, "No network reached an accuracy of 0.90");
    lb_free(page);
}

typedef struct scored {
    int image, label;
    const char *model, *selection; /* "corpus,degree,seed" */
} scored;

static void
write_scores_of(void **state, const scored *rows, size_t count)
{
    char *path = test_path(state, "tables/scores.csv");
    FILE *table = fopen(path, "w");
    assert_non_null(table);
    fputs("image,label,lesion_count,corpus,degree,seed,method,selection,tp,tn,fp,fn,tpr,tnr,"
          "precision\n",
          table);
    for (int m = 0; m < METHODS; m++) {
        for (size_t i = 0; i < count; i++) {
            fprintf(table, "%d,%d,3,%s,%s,%s,1,1,1,1,0.%d,0.9,0.5\n", rows[i].image, rows[i].label,
                    rows[i].model, methods[m], rows[i].selection, m + 1);
        }
    }
    assert_int_equal(fclose(table), 0);
    lb_free(path);
}

/* explanation.csv with these rows alone: "corpus,degree,seed,method,selection,images". */
static void
write_explanations_of(void **state, const char *const *rows, size_t count)
{
    char *path = test_path(state, "tables/explanation.csv");
    FILE *table = fopen(path, "w");
    assert_non_null(table);
    fputs("corpus,degree,seed,method,selection,images,accuracy,tpr_median,tpr_q1,tpr_q3,tnr_median,"
          "tnr_q1,tnr_q3,chance\n",
          table);
    for (size_t i = 0; i < count; i++) {
        fprintf(table, "%s,0.9,0.4,0.3,0.8,0.9,0.9,0.9,0.05\n", rows[i]);
    }
    assert_int_equal(fclose(table), 0);
    lb_free(path);
}

static char *
report_page(void **state)
{
    lb_error err;
    assert_ok(lb_report(*state, NULL, &err));
    return read_page(state);
}

static void
names_the_images(void **state)
{
    static const scored even[] = {{0, 0, "mri,1,0", "correct"},
                                  {1, 1, "mri,1,0", "correct"},
                                  {2, 0, "mri,all,0", "correct"},
                                  {0, 0, "mri,all,0", "correct"}};
    write_study(state);
    write_scores_of(state, even, 4);
    char *page = report_page(state);
    assert_says(page, "judged on 4 holdout images, the explanations on the 3 of them");
    assert_int_equal(times(page, "ver 3 of the holdout images that all networks classify correctly "
                                 "(2 round, 1 irregular)"),
                     3); /* table and figures */
    assert_silent(page, "speak mostly");
    assert_says(page, "the last block of convolutions and the classifier");
    lb_free(page);
}

static void
tells_where_a_class_is_scarce(void **state)
{
    static const scored few[] = {
        {0, 0, "mri,1,0", "correct"},  {2, 0, "mri,1,0", "correct"},  {4, 0, "mri,1,0", "correct"},
        {6, 0, "mri,1,0", "correct"},  {8, 0, "mri,1,0", "correct"},  {1, 1, "mri,1,0", "correct"},
        {11, 1, "mri,all,0", "wrong"}, {12, 1, "mri,all,0", "wrong"},
    };
    write_study(state);
    write_scores_of(state, few, 8);
    const char *const rows[] = {"mri,1,0,lrp,correct,6", "mri,all,0,lrp,wrong,2"};
    write_explanations_of(state, rows, 2);
    char *page = report_page(state);
    assert_says(page, "Of these 6 images, only 1 has irregular lesions");
    assert_says(page, "is MRI, degree 1, seed 0: it gets 0.70 of them right");
    assert_says(page, "of that class: MRI, degree all (2 of 2 irregular).");
    lb_free(page);
    write_scores_of(state, few + 1, 5); /* 1 of 5 is not under 20 % */
    page = report_page(state);
    assert_silent(page, "only 1 has");
    lb_free(page);
}

/* Lines are described where there are rows for them. */
static void
describes_the_wrong_images(void **state)
{
    static const scored wrong[] = {
        {0, 0, "mri,1,0", "wrong"}, {1, 1, "mri,1,0", "wrong"}, {1, 1, "mri,all,0", "wrong"}};
    const char *const rows[] = {"mri,1,0,saliency,wrong,2", "mri,all,0,saliency,wrong,1",
                                "baseline,none,0,raw_input,wrong,2",
                                "untrained,none,0,saliency,wrong,2"};
    write_study(state);
    write_scores_of(state, wrong, 3);
    write_explanations_of(state, rows, 2);
    char *page = report_page(state);
    assert_says(page, "1 to 2 of the holdout images that each network itself gets wrong "
                      "(together 2: 1 round, 1 irregular)");
    assert_says(page, "with lines for: Chance. The medians");
    lb_free(page);
    write_explanations_of(state, rows, 4);
    page = report_page(state);
    assert_says(page, "with lines for: Raw input, strongest control; Untrained "
                      "network; Chance. The medians");
    assert_says(page, "; untrained and without a network: over 2 of these");
    /* Nothing was right for all networks: that is said, and is no error. */
    assert_says(page, "no best method can be named");
    assert_says(page, "There are no scores over images that all networks classify correctly");
    assert_silent(page, "There are no scores over images that a network gets wrong");
    lb_free(page);
}

static void
without_wrong_images(void **state)
{
    write_study(state);
    char *page = report_page(state);
    assert_says(page, "There are no scores over images that a network gets wrong");
    assert_silent(page, "There are no scores over images that all networks");
    lb_free(page);
}

static void
chooses_among_correct_images(void **state)
{
    static const scored one[] = {{1, 1, "mri,1,0", "correct"}, {3, 1, "mri,1,0", "wrong"}};
    static const scored other[] = {{3, 1, "mri,1,0", "correct"}};
    write_study(state);
    char *page = report_page(state);
    assert_says(page, "of the 2 images whose maps were kept and that all networks classify "
                      "correctly, the one that is higher by mean TPR");
    lb_free(page);
    write_scores_of(state, one, 2);
    page = report_page(state);
    assert_says(page, "Holdout image 1: the only image whose maps were kept and that all networks");
    lb_free(page);
    write_scores_of(state, other, 1);
    page = report_page(state);
    assert_says(page, "Holdout image 3: the only image");
    assert_silent(page, "of its first seed");
    lb_free(page);
    write_scores_of(state, one + 1, 1); /* none correct: all that were kept */
    page = report_page(state);
    assert_says(page, "of the 2 images whose maps were kept, the one that is higher");
    lb_free(page);
}

static void
says_which_seed_is_shown(void **state)
{
    write_study(state);
    write_text(state, "tables/classification.csv",
               "corpus,degree,seed,split,images,accuracy,auroc,auprc,sensitivity,specificity,"
               "balanced_accuracy,mcc,learning_rate,epochs,kept_epoch\n"
               "mri,1,0,holdout,4,0.75,0.8,0.8,0.7,0.8,0.75,0.5,0.01,3,2\n"
               "mri,1,5,holdout,4,0.75,0.8,0.8,0.7,0.8,0.75,0.5,0.01,3,2\n");
    char *page = report_page(state);
    assert_says(page, "shown. Each network is that of its first seed.");
    lb_free(page);
}

/* Tables that have their header alone. */
static void
without_any_scores(void **state)
{
    write_study(state);
    write_scores_of(state, NULL, 0);
    write_explanations_of(state, NULL, 0);
    char *page = report_page(state);
    assert_says(page, "This study has no scored explanations yet");
    assert_says(page, "judged on 4 holdout images.");
    lb_free(page);
}

static void
without_kept_maps(void **state)
{
    lb_error err;
    write_study(state);
    write_kept_maps(state, "explanations/mri_degree_1_seed_0.h5", 0, SIDE);
    char *page = report_page(state); /* the untrained network's alone are not shown */
    assert_says(page, "<li>figures/heatmaps: no model&#39;s maps were kept");
    assert_silent(page, "Grid of heat maps");
    lb_free(page);
    write_kept_maps(state, "explanations/untrained.h5", 0, SIDE);
    page = report_page(state);
    assert_says(page, "<li>figures/heatmaps: no model&#39;s maps were kept");
    char *path = test_path(state, "figures/heatmaps.png");
    assert_false(test_exists(path));
    lb_free(path);
    /* One that is empty does not hide the others. */
    path = test_path(state, "explanations/untrained.h5");
    assert_int_equal(remove(path), 0);
    lb_free(path);
    write_maps(state, "explanations/mri_degree_all_seed_0.h5", SIDE);
    assert_ok(lb_report(*state, NULL, &err));
    lb_free(page);
    page = read_page(state);
    assert_says(page, "Grid of heat maps");
    lb_free(page);
}

/* The word is explained where it first stands. */
static void
explains_degree_first(void **state)
{
    write_study(state);
    char *page = report_page(state);
    const char *first = strstr(page, "egree");
    assert_non_null(first);
    assert_memory_equal(first - 6, "<dfn>degree</dfn>: how much", 27);
    assert_true(first < strstr(page, "id=\"short\""));
    lb_free(page);
}

/* Two methods count as one only where both are there. */
static void
counts_equal_methods_once(void **state)
{
    const char *const both[] = {"mri,1,0,lrp,correct,2", "mri,1,0,input_x_gradient,correct,2",
                                "mri,1,0,saliency,correct,2"};
    write_study(state);
    char *page = report_page(state);
    assert_says(page, "up to rounding, so that the 8 methods count as 7.");
    lb_free(page);
    write_explanations_of(state, both, 3);
    page = report_page(state);
    assert_says(page, "up to rounding, so that the 3 methods count as 2.");
    lb_free(page);
    for (size_t without = 0; without < 2; without++) {
        write_explanations_of(state, both + 1 - without, 2 - without);
        page = report_page(state);
        assert_silent(page, "InputXGradient are the same");
        assert_silent(page, "methods count as");
        lb_free(page);
    }
}

static void
names_the_strongest_control(void **state)
{
    write_study(state);
    char *page = report_page(state);
    assert_says(page, "a map of the image alone, is <strong>Raw input</strong> with "
                      "<strong>0.84</strong>: no method is above it.");
    assert_says(page, "<small>the strongest control: the image itself, without any network<");
    lb_free(page);
    page = page_of_one(state, "0.95", "0.32", "0.06");
    assert_says(page, "is <strong>Sobel edge filter</strong> with <strong>0.070</strong>.");
    assert_says(page,
                "<small>the strongest control: edge filter, gradient magnitude of the image<");
    lb_free(page);
}

/* The methods paragraph has the study's own settings, and leaves out what is not known. */
static void
tells_the_methods(void **state)
{
    write_study(state);
    char *page = report_page(state);
    assert_says(page, "with lesionbench 9.8.7. ");
    assert_says(page, "sets have 4, 4 and 4 images of 16 × 16 pixels. ");
    assert_says(page, "fine-tuned to the degrees 1 and all, once for each of the seeds 0 (learning "
                      "rate 0.01). ");
    assert_says(page,
                "the controls, maps made of the image alone, are Sobel edge filter and Raw input.");
    assert_silent(page, "The classifier is");
    assert_silent(page, "It was pre-trained on");
    lb_free(page);
    write_text(state, "study.yaml",
               "cohort: {template: /usr/share/x.nii.gz}\n"
               "compose:\n  minimum_lesions: 3\n  maximum_lesions: 5\n"
               "  lesion_intensity: 0.28999999165534973\n  brain_intensity: 0.7\n"
               "network:\n  architecture: vgg16\n  width: 0.5\n"
               "corpora:\n  - name: mri\n    task: sex\n    optimizer: adam\n"
               "    learning_rate: 3e-4\n    batch: 32\n    epochs: 8\n    limit: 0\n"
               "  - {name: imagenet, task: none, from: w.pth}\n"
               "finetuning: {optimizer: sgd, momentum: 0.5, batch: 16, epochs: 40, maximum_gap: "
               "0.05}\n"
               "explain: {steps: 50, samples: 5}\n");
    page = report_page(state);
    assert_says(page, "Each image has 3 to 5 artificial lesions of one class, round or irregular "
                      "(lesion intensity 0.29, brain intensity 0.7). ");
    assert_says(page, "The classifier is VGG-16 with 0.5 times its channels. It was pre-trained on "
                      "MRI (task “sex”; Adam, learning rate 0.0003, batches of 32, at most 8 "
                      "epochs) and ImageNet (weights as given). ");
    assert_says(page, "(SGD with momentum 0.5, learning rate 0.01, batches of 16, at most 40 "
                      "epochs). The epoch with the best validation accuracy was kept, of those "
                      "where it differs from the training accuracy by at most 0.05. ");
    assert_says(page, "Integrated Gradients (50 steps), GradientSHAP (5 samples), DeepLIFT");
    lb_free(page);
    write_text(state, "study.yaml", "compose: [1\n");
    page = report_page(state);
    assert_says(page, "<li>study.yaml: line ");
    assert_silent(page, "Each image has");
    lb_free(page);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words_follow_the_figures, test_setup, teardown),
        cmocka_unit_test_setup_teardown(names_the_images, test_setup, teardown),
        cmocka_unit_test_setup_teardown(tells_where_a_class_is_scarce, test_setup, teardown),
        cmocka_unit_test_setup_teardown(describes_the_wrong_images, test_setup, teardown),
        cmocka_unit_test_setup_teardown(without_wrong_images, test_setup, teardown),
        cmocka_unit_test_setup_teardown(chooses_among_correct_images, test_setup, teardown),
        cmocka_unit_test_setup_teardown(says_which_seed_is_shown, test_setup, teardown),
        cmocka_unit_test_setup_teardown(without_any_scores, test_setup, teardown),
        cmocka_unit_test_setup_teardown(without_kept_maps, test_setup, teardown),
        cmocka_unit_test_setup_teardown(explains_degree_first, test_setup, teardown),
        cmocka_unit_test_setup_teardown(counts_equal_methods_once, test_setup, teardown),
        cmocka_unit_test_setup_teardown(names_the_strongest_control, test_setup, teardown),
        cmocka_unit_test_setup_teardown(tells_the_methods, test_setup, teardown),
    };
    return cmocka_run_group_tests_name("report words", tests, use_quick_gnuplot, use_real_gnuplot);
}

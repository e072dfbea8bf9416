// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/libsvm.hpp"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

// Written by svm-train of libsvm 3.24 for six rows; the values that its svm_predict gives stand in the tests.
const std::string one_class = R"(svm_type one_class
kernel_type rbf
gamma 0.5
nr_class 2
total_sv 5
rho 0.97047500814363397
SV
0.66738320283974151 1:2.5 3:-1.25 
0.44396252361168448 1:0.75 2:0.5 
0.68633385798825641 1:2 2:-1 3:0.5 
0.75747895758257489 2:1.5 
0.44484145797774277 1:3 
)";
const std::string svc = R"(svm_type c_svc
kernel_type rbf
gamma 0.5
nr_class 2
total_sv 5
rho 0.1989235298858866
label 1 0
probA -2.0866516334463303
probB 0.30515428995698107
nr_sv 2 3
SV
1.0463193813954665 1:0.75 2:0.5 
0.7292200006160674 2:1.5 
-0.66182923785213599 1:2.5 3:-1.25 
-0.74570495237631806 1:2 2:-1 3:0.5 
-0.36800519178308005 1:3 
)";
const std::string linear = R"(svm_type c_svc
kernel_type linear
nr_class 2
total_sv 3
rho -1.3239075918813663
label 1 0
nr_sv 1 2
SV
0.5967607872903532 1:0.75 2:0.5 
-0.24194758220138862 1:2.5 3:-1.25 
-0.35481320508896463 1:2 2:-1 3:0.5 
)";
const std::vector<float> first{1, 0.5F, -0.5F}, second{2, -1, 0.5F}, third{0, 0, 0};

std::string with(std::string text, const std::string& what, const std::string& instead) {
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), instead);
}

void refused(const std::string& text, const std::string& reason) {
    INFO(text);
    CHECK_THROWS_AS(read_libsvm_svc(text), FormatError);
    CHECK_THROWS_WITH(read_libsvm_svc(text), Catch::Matchers::ContainsSubstring(reason));
}

/// Whether a text is refused; a model that is read is sound, and nothing much larger than the text was taken.
template <class F>
bool survives(const std::string& text, F read) {
    const testing::LargestAllocation largest;
    bool is_refused = false;
    try {
        const auto model = read(text);
        const std::vector<float> row(model.dimension(), 0.25F);
        const double score = model.score(row).value;
        REQUIRE((is_finite(score) && score >= 0));
    } catch (const FormatError&) {
        is_refused = true;
    }
    REQUIRE(largest.since_start() <= 16 * 4 * (4096 + 16 * text.size()));
    return is_refused;
}

}  // namespace

TEST_CASE("read_libsvm_one_class: decision values are those of libsvm", "[models]") {
    const auto model = read_libsvm_one_class(one_class);
    CHECK(model.dimension() == 3);
    CHECK(model.expansion().coefficients().size() == 5);
    CHECK(model.decision(first).value() == Approx(-0.0716277512146436).margin(1e-12));
    CHECK(model.decision(second).value() == Approx(-0.00025696541803166273).margin(1e-12));
    CHECK(model.decision(third).value() == Approx(-0.3607302539176783).margin(1e-12));
    CHECK(model.score(third).value > model.boundary());
    CHECK_THROWS_AS(model.default_threshold(), std::invalid_argument);
}

TEST_CASE("read_libsvm_svc: what is above the border is an anomaly by default", "[models]") {
    CHECK(read_libsvm_svc(svc).default_threshold() == 0.5);
}

TEST_CASE("read_libsvm_svc: decision values and probabilities are those of libsvm", "[models]") {
    const auto model = read_libsvm_svc(svc);
    CHECK(model.decision(first).value() == Approx(0.6618041080098197).margin(1e-12));
    CHECK(model.decision(second).value() == Approx(-0.9996407405352183).margin(1e-12));
    CHECK(model.score(first).value == Approx(0.7456984129557482).epsilon(1e-6));
    CHECK(model.score(second).value == Approx(0.0838572477439664).epsilon(1e-6));
    CHECK(model.score(third).value == Approx(0.746328768217613).epsilon(1e-6));
    const auto flat = read_libsvm_svc(linear);
    CHECK(flat.decision(first).value() == Approx(0.7210656784311743).margin(1e-12));
    CHECK(flat.decision(second).value() == Approx(-1.0006216196764202).margin(1e-12));
    CHECK_FALSE(flat.probability().has_value());
}

TEST_CASE("read_libsvm_svc: the class of the higher label is the anomaly, whichever comes first",
          "[models]") {
    const auto model = read_libsvm_svc(svc), turned = read_libsvm_svc(with(svc, "label 1 0", "label -5 3"));
    for (const auto* row : {&first, &second, &third}) {
        CHECK(turned.decision(*row).value() == Approx(-model.decision(*row).value()));
        CHECK(turned.score(*row).value == Approx(1 - model.score(*row).value).epsilon(1e-6));
    }
}

TEST_CASE("read_libsvm: the dimension can be told, not below what the text shows", "[models]") {
    CHECK(read_libsvm_one_class(one_class, 7).dimension() == 7);
    CHECK(read_libsvm_svc(linear, 7).dimension() == 7);
    CHECK_THROWS_AS(read_libsvm_one_class(one_class, 2), FormatError);
    CHECK_THROWS_AS(read_libsvm_one_class(one_class, std::size_t{1} << 21), std::invalid_argument);
    const auto sparse = with(one_class, "2:1.5", "2:1.5 100000:1");
    CHECK_THROWS_WITH(read_libsvm_one_class(sparse), Catch::Matchers::ContainsSubstring("dimension"));
    CHECK(read_libsvm_one_class(sparse, 100'000).dimension() == 100'000);
}

TEST_CASE("read_libsvm: a dimension that would take far more memory than the text is refused", "[models]") {
    std::string text = with(one_class, "total_sv 5", "total_sv 2005");
    for (int i = 0; i < 2000; ++i) text += "0.5 1:1 \n";
    CHECK(read_libsvm_one_class(text, 1000).dimension() == 1000);
    const testing::LargestAllocation largest;
    std::string message;
    try {
        static_cast<void>(read_libsvm_one_class(text, std::size_t{1} << 20));
    } catch (const FormatError& refusal) {
        message = refusal.what();
    }
    CHECK(largest.since_start() < 100'000);
    CHECK_THAT(message, Catch::Matchers::ContainsSubstring("line 7: so many support vectors"));
}

TEST_CASE("write_libsvm: what was written is read back with the same numbers", "[models]") {
    const auto one = read_libsvm_one_class(one_class);
    CHECK(write_libsvm(read_libsvm_one_class(write_libsvm(one))) == write_libsvm(one));
    CHECK(read_libsvm_one_class(write_libsvm(one)).decision(first) == one.decision(first));
    for (const auto* text : {&svc, &linear}) {
        const auto two = read_libsvm_svc(*text);
        const auto again = read_libsvm_svc(write_libsvm(two), two.dimension());
        CHECK(again.decision(first).value() == Approx(two.decision(first).value()).epsilon(1e-7));
        CHECK(again.probability() == two.probability());
    }
    CHECK(write_libsvm(one).find("1:2.5 3:-1.25 \n") != std::string::npos);
}

TEST_CASE("read_libsvm: carriage returns and the words in another order are taken", "[models]") {
    std::string windows;
    for (const char c : svc) windows += c == '\n' ? std::string{"\r\n"} : std::string{c};
    CHECK(read_libsvm_svc(windows).decision(first) == read_libsvm_svc(svc).decision(first));
    const auto moved = "rho 0.1989235298858866\n" + with(svc, "rho 0.1989235298858866\n", "");
    CHECK(read_libsvm_svc(moved).decision(first) == read_libsvm_svc(svc).decision(first));
}

TEST_CASE("read_libsvm: what is not such a model is refused with the line's number", "[models]") {
    refused("", "line 1");
    refused(one_class, "line 1: svm_type is not c_svc");
    refused(with(svc, "rbf", "polynomial"), "line 2: kernel_type is neither rbf nor linear");
    refused(with(svc, "gamma 0.5", "gamma 0"), "line 3: gamma");
    refused(with(svc, "gamma 0.5", "gamma nan"), "line 3: gamma");
    refused(with(svc, "gamma 0.5", "gamma 0.5 0.5"), "line 3: more than gamma takes");
    refused(with(svc, "gamma 0.5\n", ""), "no gamma");
    refused(with(svc, "nr_class 2", "nr_class 3"), "line 4: nr_class");
    refused(with(svc, "total_sv 5", "total_sv 4000000000"), "line 5: total_sv");
    refused(with(svc, "total_sv 5", "total_sv -5"), "line 5: total_sv");
    refused(with(svc, "total_sv 5", "total_sv 6"), "line 17: the text ends here");
    refused(with(svc, "total_sv 5", "total_sv 4"), "line 15: more lines than total_sv says");
    refused(with(svc, "rho 0.1989235298858866", "rho inf"), "line 6: rho");
    refused(with(svc, "rho 0.1989235298858866\n", ""), "no rho");
    refused(with(svc, "label 1 0", "label 1 1"), "line 7: two classes of the same label");
    refused(with(svc, "label 1 0\n", ""), "no label");
    refused(with(svc, "probB 0.30515428995698107\n", ""), "only one of probA and probB");
    refused(with(svc, "nr_sv 2 3", "degree 3"), "line 10: an unknown");
    refused(with(svc, "1.0463193813954665 1:0.75", "1.0463193813954665 0:0.75"), "line 12: a feature");
    refused(with(svc, "1:0.75 2:0.5", "2:0.75 1:0.5"), "line 12: a feature");
    refused(with(svc, "1:0.75 2:0.5", "1:0.75 2097152:0.5"), "line 12: a feature");
    refused(with(svc, "1:0.75", "1:1e39"), "line 12: value");
    refused(with(svc, "1:0.75", "1 :0.75"), "line 12: a feature");
    refused(with(svc, "1.0463193813954665", "1.0463x"), "line 12: coefficient");
    CHECK_THROWS_AS(read_libsvm_one_class(with(one_class, "0.66738320283974151", "-0.6")), FormatError);
    CHECK_THROWS_AS(read_libsvm_one_class(svc), FormatError);
}

TEST_CASE("read_libsvm: truncated at every byte it is refused", "[models]") {
    for (std::size_t size = 0; size < svc.size(); ++size)
        CHECK_THROWS_AS(read_libsvm_svc(std::string_view{svc}.substr(0, size)), FormatError);
    for (std::size_t size = 0; size < one_class.size(); ++size)
        CHECK_THROWS_AS(read_libsvm_one_class(std::string_view{one_class}.substr(0, size)), FormatError);
}

TEST_CASE("read_libsvm: with flipped bits or bytes from anywhere it is refused or sound", "[models]") {
    const auto read_svc = [](const std::string& text) { return read_libsvm_svc(text); };
    const auto read_one_class = [](const std::string& text) { return read_libsvm_one_class(text); };
    int turned_down = 0;
    for (std::size_t bit = 0; bit < svc.size() * 8; ++bit) {
        std::string forged = svc;
        forged[bit / 8] = static_cast<char>(forged[bit / 8] ^ (1 << (bit % 8)));
        turned_down += survives(forged, read_svc) ? 1 : 0;
    }
    CHECK(turned_down > 1000);
    Rng rng{1};
    const std::string bytes = "0123456789.:-e \n";
    for (int i = 0; i < 3000; ++i) {
        std::string forged = one_class;
        for (int k = 0; k < 3; ++k) forged[rng.below(forged.size())] = bytes[rng.below(bytes.size())];
        survives(forged, read_one_class);
    }
}

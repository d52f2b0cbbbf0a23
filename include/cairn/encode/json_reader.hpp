// SPDX-License-Identifier: BSL-1.0
// A strict reader of JSON text that may be hostile: one token at a time, nothing kept.
#pragma once

#include <cairn/base/error.hpp>
#include <cairn/encode/limits.hpp>
#include <cairn/encode/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cairn::inline v0::detail {

/// Walks over JSON (RFC 8259). Whatever is not exactly JSON, deeper than the limits or not UTF-8 is
/// `invalid_argument` that tells the byte where, and never what stands there: it may be secret.
class json_reader {
public:
    json_reader(std::string_view text, decode_limits const& limits)
        : text_{text}, bounds_{limits}, bytes_left_{limits.record_bytes}
    {
    }

    [[nodiscard]] char peek()
    {
        skip_space();
        return at_ < text_.size() ? text_[at_] : '\0';
    }

    [[nodiscard]] bool take(char mark)
    {
        if (peek() != mark || at_ == text_.size()) return false;
        ++at_;
        return true;
    }

    void expect(char mark)
    {
        if (!take(mark)) fail(std::string{"expected '"}.append(1, mark).append("'"));
    }

    /// Enters an array or object.
    void open(char mark)
    {
        if (!bounds_.enter()) fail("the text is nested too deep");
        expect(mark);
    }

    /// Goes to the next element, or leaves behind the closing mark. `first` must be true at first.
    [[nodiscard]] bool next(char close, bool& first)
    {
        if (take(close)) {
            bounds_.leave();
            return false;
        }
        if (!first) expect(',');
        first = false;
        return true;
    }

    /// The name of an object's member, and its colon.
    void name(std::string& out)
    {
        string(out);
        expect(':');
    }

    void string(std::string& out)
    {
        out.clear();
        expect('"');
        for (;;) {
            auto const run = plain_run();
            out.append(text_.substr(at_, run));
            at_ += run;
            if (at_ == text_.size()) fail("a string has no end");
            if (text_[at_] == '"') break;
            if (text_[at_] != '\\') fail("a string holds a control character or is not UTF-8");
            ++at_;
            escape(out);
        }
        ++at_;
    }

    /// The characters of a number, which is known to be well formed.
    [[nodiscard]] std::string_view number()
    {
        skip_space();
        auto const start = at_;
        skip('-');
        if (!skip('0') && skip_digits() == 0) fail("expected a number");
        if (skip('.') && skip_digits() == 0) fail("digits are missing behind the point");
        if (skip('e') || skip('E')) {
            if (!skip('+')) skip('-');
            if (skip_digits() == 0) fail("an exponent has no digits");
        }
        return text_.substr(start, at_ - start);
    }

    [[nodiscard]] bool take_word(std::string_view word)
    {
        skip_space();
        if (text_.substr(at_, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }

    /// Counts an element that takes `each` bytes of memory.
    void charge(std::size_t count_so_far, std::size_t each)
    {
        if (count_so_far >= bounds_.limits().elements || !bounds_.charge(1, each))
            fail("a container is larger than the limits allow");
    }

    /// Counts bytes that the record takes in a body. Of the JSON text itself no length is too much:
    /// names and escapes may make it any number of times as long.
    void charge_bytes(std::size_t count)
    {
        if (count > bytes_left_) fail("the record is larger than the limit");
        bytes_left_ -= count;
    }

    void finish()
    {
        skip_space();
        if (at_ != text_.size()) fail("more text follows the record");
    }

    [[nodiscard]] decode_limits const& limits() const noexcept { return bounds_.limits(); }

    void at_member(std::string_view name) { member_ = name; }

    [[noreturn]] void fail(std::string reason) const
    {
        throw invalid_argument{
            {.message = "JSON, at byte " + std::to_string(at_) + ": " + reason,
             .index = std::string{member_}}};
    }

private:
    void skip_space()
    {
        constexpr auto space = std::string_view{" \t\n\r"};
        while (at_ < text_.size() && space.find(text_[at_]) != space.npos) ++at_;
    }

    bool skip(char c)
    {
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    std::size_t skip_digits()
    {
        auto const start = at_;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
        return at_ - start;
    }

    /// How many bytes from here on stand for themselves in a string.
    [[nodiscard]] std::size_t plain_run() const
    {
        auto end = at_;
        while (end < text_.size()) {
            auto const c = text_[end];
            if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) break;
            auto const size = is_ascii(c) ? 1 : utf8_size(text_.substr(end, 4));
            if (size == 0) break;
            end += size;
        }
        return end - at_;
    }

    void escape(std::string& out)
    {
        constexpr auto marks = std::string_view{"\"\\/bfnrt"};
        constexpr auto meant = std::string_view{"\"\\/\b\f\n\r\t"};
        if (skip('u')) return append_utf8(out, code_point());
        auto const which = at_ < text_.size() ? marks.find(text_[at_]) : marks.npos;
        if (which == marks.npos) fail("a string has an unknown escape");
        out += meant[which];
        ++at_;
    }

    std::uint32_t code_point()
    {
        auto const high = code_unit();
        if (high < 0xD800 || high > 0xDFFF) return high;
        if (high > 0xDBFF || !skip('\\') || !skip('u')) fail("a surrogate stands alone");
        auto const low = code_unit();
        if (low < 0xDC00 || low > 0xDFFF) fail("a surrogate stands alone");
        return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    }

    std::uint32_t code_unit()
    {
        auto value = std::uint32_t{0};
        for (int i = 0; i < 4; ++i, ++at_) {
            auto const c = at_ < text_.size() ? text_[at_] : '\0';
            if (c >= '0' && c <= '9')
                value = value << 4 | static_cast<std::uint32_t>(c - '0');
            else if (c >= 'a' && c <= 'f')
                value = value << 4 | static_cast<std::uint32_t>(c - 'a' + 10);
            else if (c >= 'A' && c <= 'F')
                value = value << 4 | static_cast<std::uint32_t>(c - 'A' + 10);
            else
                fail("an escape needs four hex digits");
        }
        return value;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bounds bounds_;
    std::size_t bytes_left_;
    std::string_view member_{};
};

} // namespace cairn::inline v0::detail

// SPDX-License-Identifier: BSL-1.0
// Any model of the seam behind virtual calls.
#pragma once

#include <cairn/backend/erased.hpp>

#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace cairn::inline v0::detail {

template <backend Backend>
class erased_session final : public any_session {
public:
    explicit erased_session(typename Backend::session& under) : under_{under} {}

    void begin() override { under_.begin(); }
    void commit() override { under_.commit(); }
    void rollback() noexcept override { under_.rollback(); }
    void savepoint() override { under_.savepoint(); }
    void release() override { under_.release(); }
    void rollback_to() override { under_.rollback_to(); }
    [[nodiscard]] std::exception_ptr doom() const override { return under_.doom(); }

    static typename Backend::session& of(any_session& s)
    {
        return static_cast<erased_session&>(s).under_;
    }

private:
    typename Backend::session& under_;
};

template <backend Backend>
class erased_database final : public any_database {
public:
    erased_database(typename Backend::options options, std::span<shape const* const> models)
        : under_{std::move(options), models}, writer_{under_.writer()}
    {
    }

    any_session& writer() override { return writer_; }
    void read(function_ref<void(any_session&)> fn) override
    {
        auto&& lease = under_.read();
        auto view = erased_session<Backend>{lease.session()};
        fn(view);
    }
    void after_commit() override { under_.after_commit(); }
    void check_usable() override { under_.check_usable(); }
    void close() override { under_.close(); }
    [[nodiscard]] std::string_view backend_name() const override { return Backend::name; }

    typename Backend::database& under() { return under_; }

private:
    typename Backend::database under_;
    erased_session<Backend> writer_;
};

template <backend Backend, class Model>
class erased_table final : public any_table {
    using table = typename Backend::template table<Model>;
    static_assert(typed_table<table, Model, typename Backend::session>);

    static typename Backend::session& of(any_session& s) { return erased_session<Backend>::of(s); }
    static Model const& as_model(void const* record) { return *static_cast<Model const*>(record); }

public:
    erased_table(typename Backend::database& database, std::size_t ordinal)
        : any_table{record_type_of<Model>}, under_{database, ordinal}
    {
    }

    bool insert(any_session& s, void const* record) override
    {
        return under_.insert(of(s), as_model(record));
    }
    std::optional<std::int64_t> find(any_session& s, cells key, void* record) override
    {
        auto found = under_.find(of(s), key);
        if (!found) return std::nullopt;
        *static_cast<Model*>(record) = std::move(found->record);
        return found->sequence;
    }
    bool visit(any_session& s, cells key, function_ref<void(void const*)> fn) override
    {
        return under_.visit(of(s), key, [&](Model const& record) { fn(&record); });
    }
    bool contains(any_session& s, cells key) override { return under_.contains(of(s), key); }
    bool at(any_session& s, std::int64_t sequence, void* record) override
    {
        auto found = under_.at(of(s), sequence);
        if (found) *static_cast<Model*>(record) = std::move(*found);
        return found.has_value();
    }
    bool rewrite(any_session& s, void const* record) override
    {
        return under_.rewrite(of(s), as_model(record));
    }
    bool replace(
        any_session& s, std::int64_t sequence, void const* before, void const* after) override
    {
        return under_.replace(of(s), sequence, as_model(before), as_model(after));
    }
    bool erase(any_session& s, cells key) override { return under_.erase(of(s), key); }
    bool erase_at(any_session& s, std::int64_t sequence) override
    {
        return under_.erase_at(of(s), sequence);
    }
    void fetch(
        any_session& s, question const& q, position const* after, std::size_t limit,
        corrupt_sink const* tolerate, page_frame& page, record_sink& records) override
    {
        auto found = under_.fetch(of(s), q, after, limit, tolerate);
        hand_over(found.records, records);
        page = std::move(static_cast<page_frame&>(found));
    }
    void list(
        any_session& s, question const& q, position const* after, std::size_t limit,
        record_sink& records) override
    {
        auto found = under_.fetch(of(s), q, after, limit, nullptr);
        hand_over(found.records, records);
    }
    std::vector<std::int64_t> sequences(
        any_session& s, question const& q, position const* after, std::size_t limit) override
    {
        return under_.sequences(of(s), q, after, limit);
    }
    std::uint64_t count(any_session& s, question const& q) override
    {
        return under_.count(of(s), q);
    }
    std::uint64_t clear(any_session& s) override { return under_.clear(of(s)); }

private:
    static void hand_over(std::vector<Model>& found, record_sink& records)
    {
        if (records.take(&found)) return;
        records.reserve(found.size());
        for (auto& one : found) *static_cast<Model*>(records.append()) = std::move(one);
    }

    table under_;
};

/// Opens a database of one backend and makes a table for each model.
template <backend Backend, class... Models>
opened_backend open_erased(typename Backend::options options)
{
    static constexpr shape const* shapes[] = {&shape_of<Models>..., nullptr};
    auto database = std::make_unique<erased_database<Backend>>(
        std::move(options), std::span{shapes, sizeof...(Models)});
    auto opened = opened_backend{};
    auto ordinal = std::size_t{0};
    opened.tables.reserve(sizeof...(Models));
    (opened.tables.push_back(
         std::make_unique<erased_table<Backend, Models>>(database->under(), ordinal++)),
     ...);
    opened.database = std::move(database);
    return opened;
}

} // namespace cairn::inline v0::detail

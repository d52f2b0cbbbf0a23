// SPDX-License-Identifier: BSL-1.0
// Any backend behind virtual calls, so that everything above is a template of the model alone.
#pragma once

#include <cairn/backend/seam.hpp>
#include <cairn/base/function_ref.hpp>

#include <memory>
#include <string_view>
#include <utility>

namespace cairn::inline v0::detail {

/// `session` of the seam.
class any_session {
public:
    any_session() = default;
    any_session(any_session const&) = delete;
    any_session& operator=(any_session const&) = delete;
    virtual ~any_session() = default;

    virtual void begin() = 0;
    virtual void commit() = 0;
    virtual void rollback() noexcept = 0;
    virtual void savepoint() = 0;
    virtual void release() = 0;
    virtual void rollback_to() = 0;
    [[nodiscard]] virtual std::exception_ptr doom() const = 0;
};

/// `database` of the seam.
class any_database {
public:
    any_database() = default;
    any_database(any_database const&) = delete;
    any_database& operator=(any_database const&) = delete;
    virtual ~any_database() = default;

    virtual any_session& writer() = 0;
    /// Calls `fn` with a session that reads one snapshot for as long as the call lasts.
    virtual void read(function_ref<void(any_session&)> fn) = 0;
    virtual void after_commit() = 0;
    virtual void check_usable() = 0;
    virtual void close() = 0;
    [[nodiscard]] virtual std::string_view backend_name() const = 0;
};

/// What tables of all models have in common: that they can be owned.
class any_table_base {
public:
    any_table_base() = default;
    any_table_base(any_table_base const&) = delete;
    any_table_base& operator=(any_table_base const&) = delete;
    virtual ~any_table_base() = default;
};

/// `typed_table<Model>` of the seam.
template <class Model>
class any_table : public any_table_base {
public:
    virtual bool insert(any_session& s, Model const& record) = 0;
    virtual std::optional<located<Model>> find(any_session& s, cells key) = 0;
    virtual bool visit(any_session& s, cells key, function_ref<void(Model const&)> fn) = 0;
    virtual bool contains(any_session& s, cells key) = 0;
    virtual std::optional<Model> at(any_session& s, std::int64_t sequence) = 0;
    virtual bool rewrite(any_session& s, Model const& record) = 0;
    virtual bool replace(
        any_session& s, std::int64_t sequence, Model const& before, Model const& after) = 0;
    virtual bool erase(any_session& s, cells key) = 0;
    virtual bool erase_at(any_session& s, std::int64_t sequence) = 0;
    virtual page_of<Model> fetch(
        any_session& s, question const& q, position const* after, std::size_t limit,
        corrupt_sink const* tolerate) = 0;
    virtual std::vector<std::int64_t> sequences(
        any_session& s, question const& q, position const* after, std::size_t limit) = 0;
    virtual std::uint64_t count(any_session& s, question const& q) = 0;
    virtual std::uint64_t clear(any_session& s) = 0;
};

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
class erased_table final : public any_table<Model> {
    using table = typename Backend::template table<Model>;
    static_assert(typed_table<table, Model, typename Backend::session>);

    static typename Backend::session& of(any_session& s) { return erased_session<Backend>::of(s); }

public:
    erased_table(typename Backend::database& database, std::size_t ordinal)
        : under_{database, ordinal}
    {
    }

    bool insert(any_session& s, Model const& record) override
    {
        return under_.insert(of(s), record);
    }
    std::optional<located<Model>> find(any_session& s, cells key) override
    {
        return under_.find(of(s), key);
    }
    bool visit(any_session& s, cells key, function_ref<void(Model const&)> fn) override
    {
        return under_.visit(of(s), key, fn);
    }
    bool contains(any_session& s, cells key) override { return under_.contains(of(s), key); }
    std::optional<Model> at(any_session& s, std::int64_t sequence) override
    {
        return under_.at(of(s), sequence);
    }
    bool rewrite(any_session& s, Model const& record) override
    {
        return under_.rewrite(of(s), record);
    }
    bool replace(
        any_session& s, std::int64_t sequence, Model const& before, Model const& after) override
    {
        return under_.replace(of(s), sequence, before, after);
    }
    bool erase(any_session& s, cells key) override { return under_.erase(of(s), key); }
    bool erase_at(any_session& s, std::int64_t sequence) override
    {
        return under_.erase_at(of(s), sequence);
    }
    page_of<Model> fetch(
        any_session& s, question const& q, position const* after, std::size_t limit,
        corrupt_sink const* tolerate) override
    {
        return under_.fetch(of(s), q, after, limit, tolerate);
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
    table under_;
};

/// Opens a database of one backend and makes a table for each model of the schema.
template <backend Backend, class... Models>
std::unique_ptr<any_database> open_erased(
    typename Backend::options options, std::span<shape const* const> shapes,
    std::vector<std::unique_ptr<any_table_base>>& tables)
{
    auto database = std::make_unique<erased_database<Backend>>(std::move(options), shapes);
    std::size_t ordinal = 0;
    tables.reserve(sizeof...(Models));
    (tables.push_back(
         std::make_unique<erased_table<Backend, Models>>(database->under(), ordinal++)),
     ...);
    return database;
}

} // namespace cairn::inline v0::detail

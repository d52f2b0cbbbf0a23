// SPDX-License-Identifier: BSL-1.0
// The backend in memory with a test's hand on its commit: to hold it, to fail it, to doom it.
#pragma once

#include <cairn/memory.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace test {

/// What a test may do to a database; set before or while nothing runs.
struct memory_hooks {
    std::function<void()> before_commit{}; ///< may wait, or throw: then the commit has failed
    std::function<void()> before_begin{};
    std::function<void()> before_savepoint{}; ///< this and the next two may throw: then not done
    std::function<void()> before_release{};
    std::function<void()> before_rollback_to{};
    std::exception_ptr doom{}; ///< as if the engine had rolled back by itself
};

struct hooked_options {
    cairn::commit_options commit{};
    std::shared_ptr<memory_hooks> hooks = std::make_shared<memory_hooks>();
};

class hooked_session : public cairn::memory::session {
    using base = cairn::memory::session;

public:
    hooked_session(base const& under, std::shared_ptr<memory_hooks> hooks)
        : base{under}, hooks_{std::move(hooks)}
    {
    }

    void begin()
    {
        if (hooks_->before_begin) hooks_->before_begin();
        base::begin();
    }
    void savepoint()
    {
        if (hooks_->before_savepoint) hooks_->before_savepoint();
        base::savepoint();
    }
    void release()
    {
        if (hooks_->before_release) hooks_->before_release();
        base::release();
    }
    void rollback_to()
    {
        if (hooks_->before_rollback_to) hooks_->before_rollback_to();
        base::rollback_to();
    }
    void commit()
    {
        if (hooks_->doom) std::rethrow_exception(hooks_->doom);
        try {
            if (hooks_->before_commit) hooks_->before_commit();
        } catch (...) {
            base::rollback();
            throw;
        }
        base::commit();
    }
    void rollback() noexcept
    {
        hooks_->doom = nullptr;
        base::rollback();
    }
    [[nodiscard]] std::exception_ptr doom() const { return hooks_->doom; }

private:
    std::shared_ptr<memory_hooks> hooks_;
};

class hooked_lease {
public:
    hooked_lease(cairn::memory::database& under, hooked_session const& model)
        : lease_{under.cairn::memory::database::read()}, session_{model}
    {
    }
    [[nodiscard]] hooked_session& session() { return session_; }

private:
    decltype(std::declval<cairn::memory::database&>().read()) lease_;
    hooked_session session_;
};

class hooked_database : public cairn::memory::database {
    using base = cairn::memory::database;

public:
    hooked_database(hooked_options const& how, std::span<cairn::shape const* const> models)
        : base{{how.commit}, models}, writer_{base::writer(), how.hooks},
          reader_{{}, std::make_shared<memory_hooks>()}
    {
    }

    [[nodiscard]] hooked_session& writer() { return writer_; }
    [[nodiscard]] hooked_lease read() { return {*this, reader_}; }

private:
    hooked_session writer_;
    hooked_session reader_;
};

/// Names no backend of the library: a memory that tests can make fail.
struct hooked_memory {
    using options = hooked_options;
    using session = hooked_session;
    using database = hooked_database;
    template <class Model>
    using table = cairn::memory::table<Model>;

    static constexpr std::string_view name = "hooked_memory";
    static constexpr bool concurrent_reads = false;
};

} // namespace test

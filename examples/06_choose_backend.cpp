// SPDX-License-Identifier: BSL-1.0
// The backend chosen when the program runs: a service needs no template parameter for its storage.
#include <cairn/any.hpp>
#include <cairn/cairn.hpp>

#include <iostream>
#include <string_view>

struct setting {
    std::string name;
    std::string value{};
};
BOOST_HANA_ADAPT_STRUCT(setting, name, value);

template <>
inline constexpr auto cairn::descriptor<setting> =
    cairn::entity<"setting">(cairn::key<"setting:{name}">);

struct app : cairn::schema<setting> {};
inline constexpr auto settings = cairn::table<setting>;

using settings_store = cairn::store<app, cairn::any>;

static settings_store::options storage(std::string_view where)
{
    if (where == "memory") return cairn::memory_options{};
    return cairn::sqlite_options{.path = std::string{where}};
}

class service {
public:
    explicit service(settings_store& db) : db_{db} {}
    void remember(std::string name, std::string value)
    {
        db_[settings].put({std::move(name), std::move(value)});
    }
    void print() const
    {
        for (setting const& s : db_[settings].prefix()) // in the order of the key
            std::cout << s.name << " = " << s.value << '\n';
    }

private:
    settings_store& db_;
};

int main(int argc, char** argv)
{
    for (std::string_view where : {"memory", argc > 1 ? argv[1] : "settings.db"}) {
        auto db = settings_store{storage(where)};
        auto running = service{db};
        running.remember("threads", "4");
        running.remember("colour", "green");
        std::cout << db.backend_name() << ":\n";
        running.print();
    }
}

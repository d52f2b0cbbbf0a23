#include <cairn/cairn.hpp>
#include <cairn/sqlite.hpp>

#include <iostream>

enum class task_status : std::uint8_t { pending, processing, completed, failed };

struct task {
    std::string id;
    std::string avs_address;
    task_status status = task_status::pending;
    cairn::timestamp created_at{};
    std::vector<std::byte> payload{};
};
BOOST_HANA_ADAPT_STRUCT(task, id, avs_address, status, created_at, payload);

template <>
inline constexpr auto cairn::descriptor<task> = cairn::entity<"task">(
    cairn::version<1>,
    cairn::key<"task:{id}">, // a readable path, a typed key, an order
    cairn::index<"queue", "status", "created_at">,
    cairn::lifecycle<"status">( // no verb lets another change of status through
        cairn::from<task_status::pending>.to<task_status::processing, task_status::failed>,
        cairn::from<task_status::processing>.to<task_status::completed, task_status::failed>));

struct app : cairn::schema<task> {};
inline constexpr auto tasks = cairn::table<task>;

int main()
{
    using namespace cairn::literals;
    auto db = cairn::store<app, cairn::sqlite>{"state.db"};

    db[tasks].clear();                                        // of an earlier run
    db[tasks].insert({.id = "0x01", .avs_address = "0xabc"}); // on disk when it returns

    std::vector<task> claimed = db[tasks] // the oldest pending ones, each for one caller only
                                    .by("queue"_by, task_status::pending)
                                    .limit(10)
                                    .update([](task& t) { t.status = task_status::processing; });

    db.write([&](auto& tx) { // one transaction, all or nothing
        for (task const& t : claimed) {
            tx[tasks].update(t.id, [](task& now) { now.status = task_status::completed; });
        }
        tx[tasks].erase("0x00");
    });

    for (task const& t : db[tasks].by("queue"_by, task_status::completed))
        std::cout << t.id << '\n';
}

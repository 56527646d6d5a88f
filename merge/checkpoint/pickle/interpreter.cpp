// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/pickle/interpreter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "merge/checkpoint/json.h"
#include "merge/checkpoint/pickle/objects.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

// Far above a state dict of a hundred thousand tensors, and together some hundred megabytes.
constexpr std::size_t kMostBytes = std::size_t{64} << 20;
constexpr std::size_t kMostSteps = 10'000'000;
constexpr std::size_t kMostStack = 1'000'000;
constexpr std::size_t kMostMemos = 4'000'000;
constexpr std::uint8_t kNewestProtocol = 5;

constexpr std::string_view kReSave = "save the weights again, as safetensors";

// Opcodes that Python has and a state dict does not need.
constexpr std::array<std::pair<unsigned char, std::string_view>, 23> kRefused{{
    {'i', "INST"},
    {'o', "OBJ"},
    {'P', "PERSID"},
    {'I', "INT"},
    {'L', "LONG"},
    {'F', "FLOAT"},
    {'S', "STRING"},
    {'T', "BINSTRING"},
    {'V', "UNICODE"},
    {'g', "GET"},
    {'p', "PUT"},
    {'d', "DICT"},
    {'l', "LIST"},
    {'0', "POP"},
    {'1', "POP_MARK"},
    {'2', "DUP"},
    {0x82, "EXT1"},
    {0x83, "EXT2"},
    {0x84, "EXT4"},
    {0x8b, "LONG4"},
    {0x92, "NEWOBJ_EX"},
    {0x97, "NEXT_BUFFER"},
    {0x98, "READONLY_BUFFER"},
}};

class Interpreter {
 public:
  Interpreter(std::span<const std::byte> pickle, const std::string& place)
      : text_(reinterpret_cast<const char*>(pickle.data()), pickle.size()), place_(place), make_(objects_) {}

  PickleObjects run() {
    if (text_.size() > kMostBytes)
      refuse(fmt::format("a pickle of {} bytes, at most {} are read", text_.size(), kMostBytes));
    for (std::size_t step = 0; step < kMostSteps; ++step) {
      opcode_at_ = at_;
      const auto opcode = number<std::uint8_t>();
      if (opcode == '.') {
        objects_.result = pop();
        return std::move(objects_);
      }
      if (!constant(opcode) && !memo(opcode) && !container(opcode) && !object(opcode)) refuse_opcode(opcode);
    }
    refuse(fmt::format("more than {} operations", kMostSteps));
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw InputError(place_, fmt::format("byte {}: {}", opcode_at_, what), kReSave);
  }

  [[noreturn]] void refuse_opcode(std::uint8_t opcode) const {
    const auto* const known =
        std::find_if(kRefused.begin(), kRefused.end(), [&](const auto& row) { return row.first == opcode; });
    refuse(fmt::format("opcode {} (0x{:02x}) is refused for safety: a state dict does not need it",
                       known == kRefused.end() ? "unknown" : known->second, opcode));
  }

  // Reading

  std::string_view bytes(std::uint64_t count) {
    if (count > text_.size() - at_) refuse("the pickle is truncated");
    const std::string_view result = text_.substr(at_, count);
    at_ += count;
    return result;
  }

  template <class Integer>
  Integer number() {  // little-endian
    Integer value;
    std::memcpy(&value, bytes(sizeof(value)).data(), sizeof(value));
    return value;
  }

  std::string_view line() {
    const std::size_t end = text_.find('\n', at_);
    if (end == std::string_view::npos) refuse("the pickle is truncated");
    const std::string_view result = bytes(end - at_);
    ++at_;
    return result;
  }

  std::int64_t long_integer() {
    const std::string_view digits = bytes(number<std::uint8_t>());
    if (digits.size() > sizeof(std::int64_t)) refuse("an integer of more than 64 bits");
    std::uint64_t value = !digits.empty() && (digits.back() & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    if (!digits.empty()) std::memcpy(&value, digits.data(), digits.size());
    return static_cast<std::int64_t>(value);
  }

  std::int64_t real_number() {
    const auto bits = __builtin_bswap64(number<std::uint64_t>());
    return static_cast<std::int64_t>(bits);
  }

  // The stack

  void push(PickleValue value) {
    if (stack_.size() == kMostStack) refuse(fmt::format("more than {} values on the stack", kMostStack));
    stack_.push_back(value);
  }
  void push(PickleKind kind, std::int64_t value = 0) { push({kind, value}); }

  PickleValue pop() {
    if (stack_.empty() || stack_.back().kind == PickleKind::mark) refuse("a value is missing on the stack");
    const PickleValue value = stack_.back();
    stack_.pop_back();
    return value;
  }
  PickleValue top() {
    const PickleValue value = pop();
    stack_.push_back(value);
    return value;
  }

  std::vector<PickleValue> pop_to_mark() {
    std::size_t begin = stack_.size();
    while (begin > 0 && stack_[begin - 1].kind != PickleKind::mark) --begin;
    if (begin == 0) refuse("a mark is missing on the stack");
    std::vector<PickleValue> values(stack_.begin() + static_cast<std::ptrdiff_t>(begin), stack_.end());
    stack_.resize(begin - 1);
    return values;
  }

  std::vector<PickleValue> pop_many(std::size_t count) {
    std::vector<PickleValue> values(count);
    for (std::size_t i = count; i-- > 0;) values[i] = pop();
    return values;
  }

  // What Objects says is wrong gets its place here.
  template <class Call>
  auto made(Call&& call) {
    try {
      return call();
    } catch (const PickleRefusal& refusal) {
      refuse(refusal.what());
    }
  }
  void push_sequence(PickleKind kind, std::vector<PickleValue> items) {
    push(made([&] { return make_.sequence(kind, std::move(items)); }));
  }
  void push_text(std::string_view text) {
    push(made([&] { return make_.text(text); }));
  }

  // Opcodes, by what they are about. False for opcodes that belong elsewhere.

  bool constant(std::uint8_t opcode) {
    switch (opcode) {
      case 0x80:  // PROTO
        if (const auto protocol = number<std::uint8_t>(); protocol > kNewestProtocol) {
          refuse(fmt::format("pickle protocol {}, at most {} is read", protocol, kNewestProtocol));
        }
        return true;
      case 0x95:  // FRAME
        static_cast<void>(number<std::uint64_t>());
        return true;
      case 'N':
        return push(PickleKind::none), true;
      case 0x88:  // NEWTRUE
        return push(PickleKind::boolean, 1), true;
      case 0x89:  // NEWFALSE
        return push(PickleKind::boolean, 0), true;
      case 'J':  // BININT
        return push(PickleKind::integer, number<std::int32_t>()), true;
      case 'K':  // BININT1
        return push(PickleKind::integer, number<std::uint8_t>()), true;
      case 'M':  // BININT2
        return push(PickleKind::integer, number<std::uint16_t>()), true;
      case 0x8a:  // LONG1
        return push(PickleKind::integer, long_integer()), true;
      case 'G':  // BINFLOAT
        return push(PickleKind::real, real_number()), true;
      case 'X':  // BINUNICODE
        return push_text(bytes(number<std::uint32_t>())), true;
      case 0x8c:  // SHORT_BINUNICODE
      case 'U':   // SHORT_BINSTRING
        return push_text(bytes(number<std::uint8_t>())), true;
      case 0x8d:  // BINUNICODE8
        return push_text(bytes(number<std::uint64_t>())), true;
      default:
        return false;
    }
  }

  bool memo(std::uint8_t opcode) {
    switch (opcode) {
      case 'q':  // BINPUT
        return remember(number<std::uint8_t>()), true;
      case 'r':  // LONG_BINPUT
        return remember(number<std::uint32_t>()), true;
      case 0x94:  // MEMOIZE
        return remember(static_cast<std::uint32_t>(memos_.size())), true;
      case 'h':  // BINGET
        return recall(number<std::uint8_t>()), true;
      case 'j':  // LONG_BINGET
        return recall(number<std::uint32_t>()), true;
      default:
        return false;
    }
  }

  void remember(std::uint32_t index) {
    if (memos_.size() == kMostMemos) refuse(fmt::format("more than {} memos", kMostMemos));
    memos_[index] = top();
  }

  void recall(std::uint32_t index) {
    const auto found = memos_.find(index);
    if (found == memos_.end()) refuse(fmt::format("memo {} was never set", index));
    push(found->second);
  }

  bool container(std::uint8_t opcode) {
    switch (opcode) {
      case '(':
        return push(PickleKind::mark), true;
      case '}':
        return push_sequence(PickleKind::dict, {}), true;
      case ']':
      case ')':
      case 0x8f:  // EMPTY_SET
        return push_sequence(PickleKind::sequence, {}), true;
      case 't':
        return push_sequence(PickleKind::sequence, pop_to_mark()), true;
      case 0x85:  // TUPLE1
      case 0x86:
      case 0x87:
        return push_sequence(PickleKind::sequence, pop_many(opcode - 0x84U)), true;
      case 'a':  // APPEND
        return extend(PickleKind::sequence, pop_many(1)), true;
      case 'e':  // APPENDS
        return extend(PickleKind::sequence, pop_to_mark()), true;
      case 's':  // SETITEM
        return extend(PickleKind::dict, pop_many(2)), true;
      case 'u':  // SETITEMS
        return extend(PickleKind::dict, pop_to_mark()), true;
      default:
        return false;
    }
  }

  void extend(PickleKind kind, const std::vector<PickleValue>& items) {
    const PickleValue target = top();
    if (target.kind != kind || (kind == PickleKind::dict && items.size() % 2 != 0)) {
      refuse("items are added to something that does not take them");
    }
    auto& all = objects_.sequences[static_cast<std::size_t>(target.number)];
    all.insert(all.end(), items.begin(), items.end());
  }

  bool object(std::uint8_t opcode) {
    switch (opcode) {
      case 'c': {  // GLOBAL
        const std::string_view module = line();
        return push(made([&] { return make_.global(module, line()); })), true;
      }
      case 0x93: {  // STACK_GLOBAL
        const auto names = pop_many(2);
        if (names[0].kind != PickleKind::text || names[1].kind != PickleKind::text)
          refuse("a global without a name");
        return push(made([&] { return make_.global(objects_.text(names[0]), objects_.text(names[1])); })),
               true;
      }
      case 'R':     // REDUCE
      case 0x81: {  // NEWOBJ
        const auto call = pop_many(2);
        return push(made([&] { return make_.call(call[0], call[1], opcode == 'R'); })), true;
      }
      case 'b': {  // BUILD: a state dict's _metadata, which says nothing about tensors
        pop();
        if (top().kind != PickleKind::dict) refuse("attributes are set on something else than a dict");
        return true;
      }
      case 'Q': {  // BINPERSID
        const PickleValue id = pop();
        return push(made([&] { return make_.storage(id); })), true;
      }
      default:
        return false;
    }
  }

  std::string_view text_;
  const std::string& place_;
  PickleObjects objects_;
  PickleMaker make_;
  std::vector<PickleValue> stack_;
  std::unordered_map<std::uint32_t, PickleValue> memos_;
  std::size_t at_ = 0;
  std::size_t opcode_at_ = 0;
};

}  // namespace

PickleObjects interpret_pickle(std::span<const std::byte> pickle, const std::string& place) {
  return Interpreter(pickle, place).run();
}

}  // namespace tsugi::merge

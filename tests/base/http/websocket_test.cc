#include "base/http/websocket.h"

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "base/http/websocket_client.h"
#include "base/http/websocket_frame.h"
#include "base/http/websocket_link.h"
#include "tests/base/http/raw_client.h"
#include "tests/base/http/server_fixture.h"

namespace vedette::test {
namespace {

using base::http::ClientFrame;
using base::http::FrameRead;
using base::http::Opcode;
using base::http::Request;
using base::http::Responder;
using base::http::WebSocket;
using base::http::WebSocketFrame;

// A frame as a client sends it.
std::string Masked(Opcode opcode, const std::string& payload, bool is_final = true) {
  std::string frame = base::http::MaskedWebSocketFrame(opcode, payload, 0x11223344);
  if (!is_final) frame[0] = static_cast<char>(frame[0] & 0x7f);
  return frame;
}

TEST(WebSocketFrame, AcceptIsThatOfTheStandard) {
  EXPECT_EQ(base::http::WebSocketAccept("dGhlIHNhbXBsZSBub25jZQ=="),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketFrame, LengthsOfEveryKindComeBack) {
  for (const size_t size : {0u, 1u, 125u, 126u, 65'535u, 65'536u}) {
    const std::string payload(size, 'x');
    std::string in = Masked(Opcode::kText, payload) + "rest";
    ClientFrame frame;
    ASSERT_EQ(TakeClientFrame(&in, &frame), FrameRead::kFrame) << size;
    EXPECT_EQ(frame.payload, payload);
    EXPECT_EQ(frame.opcode, Opcode::kText);
    EXPECT_EQ(in, "rest");
  }
}

TEST(WebSocketFrame, EveryCutNeedsMore) {
  for (const size_t size : {3u, 300u}) {
    const std::string whole =
        Masked(Opcode::kPing, "").append(Masked(Opcode::kText, std::string(size, 'y')));
    ClientFrame frame;
    for (size_t n = 0; n < whole.size(); ++n) {
      std::string in = whole.substr(0, n);
      int frames = 0;
      FrameRead read = FrameRead::kFrame;
      while ((read = TakeClientFrame(&in, &frame)) == FrameRead::kFrame) ++frames;
      EXPECT_EQ(read, FrameRead::kNeedMore) << n;
      EXPECT_LE(frames, 1);
    }
  }
}

TEST(WebSocketFrame, WhatNoClientMaySendIsBad) {
  const std::string cases[] = {
      WebSocketFrame(Opcode::kText, "not masked"),
      std::string("\xc1\x80\0\0\0\0", 6),  // a reserved bit
      std::string("\x83\x80\0\0\0\0", 6),  // an opcode that is none
      Masked(Opcode::kPing, "in parts", /*is_final=*/false),
      std::string("\x89\xfe\x01\x00\0\0\0\0", 8),  // a ping of 256 bytes
  };
  for (std::string in : cases) {
    ClientFrame frame;
    EXPECT_EQ(TakeClientFrame(&in, &frame), FrameRead::kBad) << in;
  }
  std::string large("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 14);
  ClientFrame frame;
  EXPECT_EQ(TakeClientFrame(&large, &frame), FrameRead::kTooLarge);
}

TEST(WebSocketFrame, AReasonIsCutWhereACharacterEnds) {
  std::string reason(122, 'a');
  reason += "\xc3\xa9\xc3\xa9";
  const std::string frame = base::http::WebSocketCloseFrame(1011, reason);
  EXPECT_EQ(frame.size(), 2u + 2u + 122u);
  EXPECT_EQ(frame.substr(2, 2), std::string("\x03\xf3", 2));
}

TEST(WebSocketLink, WhatWaitsIsBoundedAndWakesOnce) {
  int wakes = 0;
  base::http::WebSocketLink link([&wakes] { ++wakes; });
  const std::string half(WebSocket::kMaxWaitingBytes / 2, 'x');
  EXPECT_TRUE(link.Send(half));
  EXPECT_FALSE(link.Send(half + "y"));
  EXPECT_TRUE(link.Send("small"));
  EXPECT_EQ(wakes, 1);
  EXPECT_GT(link.Take().size(), half.size());
  EXPECT_FALSE(link.Send(half)) << "what is being written is held, too";
  EXPECT_TRUE(link.Take().empty());
  EXPECT_TRUE(link.Send(half + half + half)) << "alone";
  EXPECT_EQ(wakes, 2);
  link.Close(1000, "");
  EXPECT_TRUE(link.closed());
  EXPECT_FALSE(link.Send("late"));
  link.MarkClosed();
  EXPECT_EQ(link.Take(), "");
}

TEST(WebSocketLink, WhoTakesNothingGetsNoPongs) {
  base::http::WebSocketLink link([] {});
  for (int i = 0; i < 10'000; ++i) link.SendControl(WebSocketFrame(Opcode::kPong, "0123456789"));
  const std::string waiting = link.Take();
  EXPECT_GT(waiting.size(), 60u << 10);
  EXPECT_LT(waiting.size(), 65u << 10);
}

TEST(WebSocketFrame, WhatServersSendIsReadInPiecesToo) {
  std::string in = WebSocketFrame(Opcode::kText, std::string(70'000, 'x')) +
                   "\x01\x02"
                   "ab"
                   "\x80\x01"
                   "c";
  base::http::ServerFrame frame;
  ASSERT_EQ(TakeServerFrame(&in, 70'000, &frame), FrameRead::kFrame);
  EXPECT_EQ(frame.payload.size(), 70'000u);
  ASSERT_EQ(TakeServerFrame(&in, 10, &frame), FrameRead::kFrame);
  EXPECT_FALSE(frame.is_final);
  ASSERT_EQ(TakeServerFrame(&in, 10, &frame), FrameRead::kFrame);
  EXPECT_EQ(frame.opcode, Opcode::kContinuation);
  EXPECT_TRUE(frame.is_final);
  EXPECT_EQ(frame.payload, "c");
  EXPECT_EQ(in, "");
  in = WebSocketFrame(Opcode::kText, "eleven bytes");
  EXPECT_EQ(TakeServerFrame(&in, 10, &frame), FrameRead::kTooLarge);
  in = Masked(Opcode::kText, "masked");
  EXPECT_EQ(TakeServerFrame(&in, 10, &frame), FrameRead::kBad);
}

constexpr char kUpgrade[] =
    "GET /socket HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

class WebSockets : public ServerTest {
 protected:
  WebSockets() {
    router_.Handle({"GET", "/socket", base::http::Pool::kQuery, base::http::Scope::kRead,
                    [this](const Request& request, const Responder& respond) {
                      if (!base::http::AsksForWebSocket(request)) {
                        return respond(base::http::Response::Text(400, "Bad Request"));
                      }
                      stop_ = request.stop;
                      respond(AcceptWebSocket(request, [this](std::shared_ptr<WebSocket> socket) {
                        opened_.set_value(std::move(socket));
                      }));
                    }});
  }
  // The server's thread may be opening a socket still, into what is below.
  ~WebSockets() override {
    if (server_) server_->Stop();
  }

  // What the socket becomes, once it is closed; false when it takes too long.
  static bool Closes(const WebSocket& socket) {
    for (int i = 0; i < 500 && !socket.closed(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return socket.closed();
  }
  std::promise<std::shared_ptr<WebSocket>> opened_;
  std::stop_token stop_;
};

TEST_F(WebSockets, TextsReachTheClientAfterTheHandshake) {
  Start();
  RawClient client(port());
  client.Send(kUpgrade);
  const auto socket = opened_.get_future().get();
  const std::string head = client.ReadUntil("\r\n\r\n");
  EXPECT_EQ(head.substr(0, 34), "HTTP/1.1 101 Switching Protocols\r\n");
  EXPECT_NE(head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
  EXPECT_NE(head.find("Connection: Upgrade\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  EXPECT_TRUE(socket->Send("one"));
  EXPECT_TRUE(socket->Send(std::string(100'000, 'x') + "end"));
  EXPECT_NE(client.ReadUntil("xend").find("\x81\x03one"), std::string::npos);
  client.Send(Masked(Opcode::kPing, "are you there"));
  EXPECT_EQ(client.ReadUntil("there"),
            "\x8a\x0d"
            "are you there");
  EXPECT_FALSE(stop_.stop_requested());
  client.Send(Masked(Opcode::kClose, std::string("\x03\xe8", 2)));
  EXPECT_EQ(client.ReadAll(), std::string("\x88\x02\x03\xe8", 4));
  EXPECT_TRUE(Closes(*socket));
  EXPECT_FALSE(socket->Send("late"));
}

TEST_F(WebSockets, TheClientsEndTakesTextsAndAnswersPings) {
  options_.websocket_tick = std::chrono::milliseconds(20);
  Start();
  std::unique_ptr<base::http::WebSocketClient> client;
  base::http::ClientRequest request;
  request.url = Url("/socket");
  request.websocket = &client;
  ASSERT_EQ(client_->Send(request)->status, 101);
  ASSERT_NE(client, nullptr);
  const auto socket = opened_.get_future().get();
  // Longer than who answers no pings may stay.
  std::thread sender([&socket] {
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    socket->Send(std::string(200'000, 'x'));
    socket->Send("two");
    socket->Close(1011, "enough");
  });
  EXPECT_EQ(client->Receive({})->size(), 200'000u);
  EXPECT_EQ(client->Receive({}).value_or(""), "two");
  EXPECT_EQ(base::Message(client->Receive({}).status()), "the server closed it: enough");
  sender.join();
  client.reset();
  request.url = Url("/hello");
  EXPECT_EQ(client_->Send(request)->status, 200);
  EXPECT_EQ(client, nullptr);
}

TEST_F(WebSockets, WhoSendsAndNeverReadsIsClosed) {
  options_.websocket_tick = std::chrono::milliseconds(20);
  Start();
  RawClient client(port());
  client.Send(kUpgrade);
  const auto socket = opened_.get_future().get();
  client.ReadUntil("\r\n\r\n");
  // More than the kernel keeps for who does not read, which may be ten megabytes.
  for (int i = 0; i < 500 && !socket->closed(); ++i) {
    socket->Send(std::string(1 << 20, 'x'));
    client.Send(Masked(Opcode::kPing, "here I am"));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(socket->closed());
}

TEST_F(WebSockets, WhatComesWithTheHandshakeIsRead) {
  Start();
  RawClient client(port());
  client.Send(kUpgrade + Masked(Opcode::kPing, "early"));
  EXPECT_NE(client
                .ReadUntil("\x8a\x05"
                           "early")
                .find("\x8a\x05"
                      "early"),
            std::string::npos);
}

TEST_F(WebSockets, WhoHangsUpIsClosedAndSoIsWhoBreaksTheRules) {
  Start();
  {
    RawClient client(port());
    client.Send(kUpgrade);
    client.ReadUntil("\r\n\r\n");
  }
  EXPECT_TRUE(Closes(*opened_.get_future().get()));
  EXPECT_TRUE(stop_.stop_requested());
  opened_ = {};
  RawClient client(port());
  client.Send(kUpgrade);
  client.ReadUntil("\r\n\r\n");
  client.Send(WebSocketFrame(Opcode::kText, "not masked"));
  EXPECT_EQ(client.ReadAll().substr(0, 1), "\x88");
  EXPECT_TRUE(Closes(*opened_.get_future().get()));
}

TEST_F(WebSockets, WhoAsksForNoneGetsAnAnswerAndKeepsTheConnection) {
  Start();
  EXPECT_EQ(Get("/socket").status, 400);
  RawClient client(port());
  client.Send(
      "GET /socket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  EXPECT_NE(client.ReadUntil("Bad Request").find(" 400 "), std::string::npos);
  client.Send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(client.ReadUntil("hello").find(" 200 "), std::string::npos);
}

// Browsers let any page open one to anybody, and read it.
TEST_F(WebSockets, PagesOfOtherOriginsGetNone) {
  Start();
  const std::string request = kUpgrade;
  const auto with_origin = [&](const std::string& origin) {
    return request.substr(0, request.size() - 2) + "Origin: " + origin + "\r\n\r\n";
  };
  RawClient foreign(port());
  foreign.Send(with_origin("http://elsewhere"));
  EXPECT_EQ(foreign.ReadUntil("\r\n").substr(0, 12), "HTTP/1.1 403");
  RawClient own(port());
  own.Send(with_origin("http://h"));
  EXPECT_EQ(own.ReadUntil("\r\n\r\n").substr(0, 12), "HTTP/1.1 101");
}

TEST_F(WebSockets, AServerThatStopsSaysSo) {
  Start();
  RawClient client(port());
  client.Send(kUpgrade);
  client.ReadUntil("\r\n\r\n");
  const auto socket = opened_.get_future().get();
  server_->Stop();
  EXPECT_TRUE(socket->closed());
  EXPECT_EQ(client.ReadAll(), std::string("\x88\x12\x03\xe9", 4) + "the server stops");
}

}  // namespace
}  // namespace vedette::test

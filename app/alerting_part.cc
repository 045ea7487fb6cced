#include "app/alerting_part.h"

#include <utility>

namespace vedette::app {
namespace {

// Room for some ten thousand notifications while the disk is full.
constexpr uint64_t kReserveBytes = 4ull << 20;

}  // namespace

AlertingPart::AlertingPart(const World& world, const std::string& dir)
    : reserve_(world.fs, base::JoinPath(dir, "reserve"), kReserveBytes),
      client_(base::http::NewClient()) {}

base::StatusOr<std::unique_ptr<AlertingPart>> AlertingPart::Open(const World& world,
                                                                 const std::string& dir,
                                                                 routing::Config config,
                                                                 const std::string& external_url) {
  VEDETTE_RETURN_IF_ERROR(world.fs->CreateDirs(dir));
  std::unique_ptr<AlertingPart> part(new AlertingPart(world, dir));
  part->reserve_.Arm();

  base::DurableMap::Options state;
  state.name = "alerting";
  state.log = world.logger;
  state.telemetry = world.telemetry;
  state.dir = base::JoinPath(dir, "state");
  state.fs = world.fs;
  state.clock = world.clock;
  state.release_reserve = [reserve = &part->reserve_] { return reserve->Release(); };
  VEDETTE_ASSIGN_OR_RETURN(part->state_, base::DurableMap::Open(state));
  SayDamage(world, *part->state_, state.dir);

  notify::Outbox::Options outbox;
  outbox.state = part->state_.get();
  outbox.client = part->client_.get();
  outbox.fs = world.fs;
  outbox.clock = world.clock;
  outbox.log = world.logger;
  outbox.telemetry = world.telemetry;
  outbox.external_url = external_url;
  VEDETTE_ASSIGN_OR_RETURN(part->outbox_, notify::Outbox::Open(outbox));
  part->outbox_->SetReceivers(config.receivers);
  part->sink_ = std::make_unique<OutboxSink>(part->outbox_.get());

  routing::Router::Options router;
  router.state = part->state_.get();
  router.sink = part->sink_.get();
  router.clock = world.clock;
  router.log = world.logger;
  router.telemetry = world.telemetry;
  VEDETTE_ASSIGN_OR_RETURN(part->router_, routing::Router::Open(router, std::move(config)));
  return part;
}

void AlertingPart::Start() {
  outbox_->Start();
  router_->Start();
}

void AlertingPart::Stop() {
  router_->Stop();
  outbox_->Stop();
}

void AlertingPart::SetConfig(routing::Config config) {
  outbox_->SetReceivers(config.receivers);
  router_->SetConfig(std::move(config));
}

}  // namespace vedette::app

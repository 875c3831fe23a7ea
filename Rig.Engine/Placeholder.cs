namespace Rig.Engine.Cluster { internal static class Placeholder { } }
namespace Rig.Engine.Cluster.Tools.PublishSubscribe { internal static class Placeholder { } }
namespace Rig.Engine.Cluster.Tools.Singleton { internal static class Placeholder { } }
namespace Rig.Engine.TestKit { internal static class Placeholder { } }
namespace Rig.Engine.TestKit.Xunit2 { internal static class Placeholder { } }

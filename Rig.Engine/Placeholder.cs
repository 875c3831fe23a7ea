namespace Rig.Engine.Cluster { internal static class Placeholder { } }
namespace Rig.Engine.Cluster.Tools.PublishSubscribe { internal static class Placeholder { } }
namespace Rig.Engine.Cluster.Tools.Singleton { internal static class Placeholder { } }

using Akka.Dispatch;
using Akka.Dispatch.SysMsg;

namespace Rig.Simulation.World;

/// <summary>Named in the configuration of a system, for each of its dispatchers.</summary>
internal sealed class ProcessDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly ProcessDispatcher dispatcher;

    public ProcessDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) => dispatcher = new ProcessDispatcher(this, SystemOverrides.ProcessOf(prerequisites.Settings.Config));

    public override MessageDispatcher Dispatcher() => dispatcher;

    /// <summary>Lets the world pick who runs next. One message a turn, so that any two may come in either order.</summary>
    private sealed class ProcessDispatcher : MessageDispatcher
    {
        private readonly SimulatedProcess process;
        private readonly SimulatedWorld world;

        public ProcessDispatcher(ProcessDispatcherConfigurator configurator, SimulatedProcess process)
            : base(configurator)
        {
            this.process = process;
            world = process.Machine.World;
            Throughput = 1;
            Id = configurator.Config.GetString("id", "simulated");
        }

        public override void Dispatch(ActorCell cell, Envelope envelope)
        {
            if (Hears(cell, envelope.Message))
            {
                base.Dispatch(cell, envelope);
            }
        }

        public override void SystemDispatch(ActorCell cell, SystemMessage message)
        {
            if (Hears(cell, message))
            {
                base.SystemDispatch(cell, message);
            }
        }

        protected override void ExecuteTask(IRunnable run)
        {
            world.Starts.Gate();
            process.Enqueue(run);
        }

        protected override void Shutdown()
        {
        }

        private bool Hears(ActorCell cell, object message)
        {
            if (!process.IsAlive)
            {
                return false;
            }

            world.Starts.Gate();
            world.Trace.Message(process, cell, message);
            return true;
        }
    }
}

using Rig.Simulation.Runner;

return args is [WorkerLoop.Argument] ? WorkerLoop.Run(Console.In, Console.Out) : SimulateCommand.Run(args);
